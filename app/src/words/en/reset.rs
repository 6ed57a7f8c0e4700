//! The page behind a password reset link.

pub const TAB: &str = "Reset password · Latchkey";
pub const TITLE: &str = "Choose a new password";
pub const LEAD: &str = "Saving it signs you out of every browser.";
pub const PASSWORD: &str = "New password";
pub const HINT: &str =
    "At least 15 characters. A few unrelated words work well; common passwords aren't allowed.";
pub const SUBMIT: &str = "Save password";
/// Shown on the sign-in page afterwards.
pub const DONE: &str = "Password changed. Sign in with your new password.";
pub const GONE: &str = "This link doesn't work";
pub const GONE_LEAD: &str = "The link was already used or replaced, or it is more than 30 minutes old. Ask your administrator for a new one.";
