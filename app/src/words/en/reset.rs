//! The page behind a link that resets a password.

/// The browser's tab.
pub const TAB: &str = "Reset password · Latchkey";
/// The heading.
pub const TITLE: &str = "Choose a new password";
/// What happens then.
pub const LEAD: &str =
    "When you save it, every browser that is signed in with this address is signed out.";
/// The field.
pub const PASSWORD: &str = "New password";
/// What it has to be.
pub const HINT: &str =
    "At least 15 characters; a few unrelated words do well. Common passwords are refused.";
/// The button.
pub const SUBMIT: &str = "Save password";
/// The notice on the sign-in page that follows.
pub const DONE: &str = "Your password was changed. Sign in with the new one.";
/// The heading where the link does not work.
pub const GONE: &str = "This link does not work";
/// Why that may be, and what helps.
pub const GONE_LEAD: &str = "A link works once, within 30 minutes, and until a newer one is made. Ask the administrator of this Latchkey for another one.";
