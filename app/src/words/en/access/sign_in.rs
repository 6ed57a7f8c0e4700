//! The sign-in page.

pub const TAB: &str = "Sign in · Latchkey";
/// The heading and the button.
pub const SIGN_IN: &str = "Sign in";
pub const EMAIL: &str = "Email";
pub const PASSWORD: &str = "Password";
/// The same for an unknown email address and a wrong password.
pub const NO_MATCH: &str = "Incorrect email or password. Try again.";
/// The link to the page that mails a reset link.
pub const FORGOT: &str = "Forgot password?";
/// Followed by a link to the setup page.
pub const NO_ACCOUNTS: &str = "There are no accounts yet. ";

/// In place of [`RENEW`], once the identity provider is open in another tab.
pub const RENEW_ELSEWHERE: &str =
    "Continue in the other tab, then come back here. What you entered is kept.";
/// Shown over the page on which a session has ended.
pub const RENEW: &str = "Your session has ended. Sign in to continue; what you entered is kept.";
