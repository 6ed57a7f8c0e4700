//! The page behind an invitation link.

use domain::account::Role;

pub const TAB: &str = "Invitation · Latchkey";
/// The heading.
pub fn title(account: &str) -> String {
    format!("Join {account}")
}
/// The inviting person and the role.
pub fn lead(invited_by: &str, role: Role) -> String {
    let article = if role == Role::Owner { "an" } else { "a" };
    format!(
        "{invited_by} invited you to join as {article} {}.",
        crate::words::members::role(role)
    )
}
pub const EMAIL: &str = "Email";
pub const PASSWORD: &str = "Password";
/// The same for people with and without a password: the page does not reveal which emails are registered.
pub const PASSWORD_HINT: &str = "If this email has a Latchkey password, enter it. If not, choose one with at least 15 characters; a few unrelated words work well.";
/// The same for a wrong password and for one that is not allowed as a new one.
pub const WRONG_PASSWORD: &str = "Incorrect password, or not valid as a new one. A new password needs 15 to 256 characters and must be hard to guess.";
pub const ACCEPT: &str = "Accept invitation";
/// Followed by a time.
pub const ENDS: &str = "This link expires ";
pub const GONE: &str = "This invitation doesn't work";
pub const GONE_LEAD: &str = "The link was already used or withdrawn, or it is more than 7 days old. Ask for a new one, or sign in if you've already joined.";
pub const SIGN_IN: &str = "Sign in";

#[cfg(test)]
mod tests {
    use super::{Role, lead};

    #[test]
    fn the_article_suits_the_role() {
        let text = |role| lead("ada@example.com", role);
        assert_eq!(
            text(Role::Viewer),
            "ada@example.com invited you to join as a Viewer."
        );
        assert!(text(Role::Owner).ends_with("as an Owner."));
    }
}
