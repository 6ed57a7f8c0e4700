//! The page behind an invitation's link.

/// The browser's tab.
pub const TAB: &str = "Invitation · Latchkey";
/// The heading.
pub fn title(account: &str) -> String {
    format!("Join {account}")
}
/// Who invites whom to what.
pub fn lead(invited_by: &str, role: &str) -> String {
    format!("{invited_by} invites you to be a member with the role {role}.")
}
/// The field that says who is invited.
pub const EMAIL: &str = "Email";
/// The field for the password.
pub const PASSWORD: &str = "Password";
/// For those who have none yet.
pub const NEW_PASSWORD: &str =
    "Choose one of at least 15 characters; a few unrelated words do well.";
/// For those who have one.
pub const KNOWN_PASSWORD: &str = "This address has a password already: enter it.";
/// It was not theirs.
pub const WRONG_PASSWORD: &str =
    "This is not the password that belongs to this address. Check it, then try again.";
/// The button.
pub const ACCEPT: &str = "Accept invitation";
/// Before the end of the link.
pub const ENDS: &str = "This link ends ";
/// The heading where the link does not work.
pub const GONE: &str = "This invitation does not work";
/// Why that may be, and what helps.
pub const GONE_LEAD: &str = "A link works once, within seven days, and until it is withdrawn. Ask for a new one, or sign in if you have joined already.";
/// The way on.
pub const SIGN_IN: &str = "Sign in";
