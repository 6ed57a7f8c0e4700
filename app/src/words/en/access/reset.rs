//! The page that asks for a password reset link, and the page behind the link.

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
/// The link to the page that mails another one.
pub const REQUEST_NEW: &str = "Get a new link";

pub const FORGOT_TAB: &str = "Forgot password · Latchkey";
pub const FORGOT: &str = "Forgot password?";
pub const FORGOT_LEAD: &str =
    "Enter the email address you sign in with. You'll get a link to choose a new password.";
pub const EMAIL: &str = "Email";
pub const SEND: &str = "Send reset link";
pub const SENT: &str = "Check your email";
/// The same whether the address has an account or not.
pub const SENT_LEAD: &str = "If there's an account with this address, a link is on its way. It works once, within 30 minutes. If nothing arrives, check your spam folder and the address.";
/// Shown if no mail server is configured.
pub const NO_MAIL: &str =
    "Latchkey can't send email here. Ask an owner of your account to create a reset link for you.";
/// Followed by the command.
pub const NO_MAIL_OPERATOR: &str = "If you're the only owner, or belong to several accounts, ask your Latchkey administrator to run:";
/// The command, in the parts between which it may break.
pub const NO_MAIL_COMMAND: [&str; 2] = ["latchkey user reset-password", "--email you@example.com"];
pub const SIGN_IN: &str = "Back to sign-in";
