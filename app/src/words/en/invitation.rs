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
/// The same for those who have a password and those who have none yet: the page does not say which of the two they are.
pub const PASSWORD_HINT: &str = "If this address has a Latchkey password, enter it. If it has none, choose one of at least 15 characters; a few unrelated words do well.";
/// It was not theirs, or cannot be a new one.
pub const WRONG_PASSWORD: &str = "This is not the password of this address, or it cannot be a new one: that takes 15 to 256 characters and is not easily guessed.";
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
