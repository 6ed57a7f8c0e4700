//! The members of an account, and invitations.

use domain::account::Role;

pub const TITLE: &str = "Members";
pub const LEAD: &str = "Members can access every application in this account.";
pub const LAST_OWNER: &str =
    "An account needs at least one owner. Make someone else an owner, then try again.";
/// The badge of the signed-in member.
pub const YOU: &str = "You";
/// Followed by a time.
pub const SINCE: &str = "joined ";
/// Followed by a time.
pub const SEEN: &str = "last active ";
/// Shown if no activity was recorded.
pub const NEVER_SEEN: &str = "no activity yet";

/// The name of a role.
pub const fn role(role: Role) -> &'static str {
    match role {
        Role::Owner => "Owner",
        Role::Developer => "Developer",
        Role::Viewer => "Viewer",
        Role::Support => "Support",
    }
}

pub const OWNER: &str = "Owner: full access, including members";
pub const DEVELOPER: &str = "Developer: manages keys";
pub const VIEWER: &str = "Viewer: read-only";

pub const INVITE: &str = "Invite a member";
pub const INVITE_HINT: &str = "You'll get a link to share. It works once and expires in 7 days.";
pub const EMAIL: &str = "Email";
pub const ROLE: &str = "Role";
pub const MAKE_LINK: &str = "Create invitation link";
pub const LINK_TITLE: &str = "Share this link";
pub const LINK_NOTE: &str = "You won't be able to see this link again. Anyone who has it can join as this person, so send it only to them.";
pub const LINK: &str = "Invitation link";
pub const COPY_LINK: &str = "Copy invitation link";
pub const DONE: &str = "Done";
/// The heading of the open invitations.
pub const WAITING: &str = "Invited";
/// Followed by an email address.
pub const INVITED_BY: &str = "invited by ";
/// Followed by a time.
pub const ENDS: &str = "link expires ";
/// Shown if an update of Latchkey invalidated the link.
pub const LAPSED: &str = "link expired after an update of Latchkey; invite again";
pub const WITHDRAW: &str = "Withdraw";
/// The accessible name of the button.
pub fn withdraw(email: &str) -> String {
    format!("Withdraw the invitation to {email}")
}

pub const RENEW: &str = "Create new link";
/// The accessible name of the link, and the title of the dialog.
pub fn renew(email: &str) -> String {
    format!("Create a new link for {email}")
}
pub const RENEW_CONSEQUENCE: &str =
    "You'll get a new link to share. It expires in 7 days. The earlier link stops working.";

pub const RESET: &str = "Create reset link";
/// The accessible name of the link.
pub fn reset(email: &str) -> String {
    format!("Create a password reset link for {email}")
}
/// The title of the dialog.
pub fn reset_title(email: &str) -> String {
    format!("Reset the password of {email}")
}
pub const RESET_CONSEQUENCE: &str = "You'll get a link to share. It works once, within 30 minutes, and signs the member out everywhere. You can only do this for members who belong to no other account: the link would give access to those accounts too.";
pub const RESET_ELSEWHERE: &str = "This member belongs to another account too, so an owner can't reset their password. Ask your Latchkey administrator for a reset link.";
pub const RESET_LINK: &str = "Password reset link";
pub const RESET_NOTE: &str = "You won't be able to see this link again. Anyone who has it can sign in as this member, so send it only to them.";
pub const COPY_RESET_LINK: &str = "Copy password reset link";

pub const CHANGE: &str = "Change role";
/// The accessible name of the link, and the title of the dialog.
pub fn change(email: &str) -> String {
    format!("Change role of {email}")
}
pub const CHANGE_HINT: &str = "Takes effect immediately.";
pub const SAVE: &str = "Save role";

pub const REMOVE: &str = "Remove";
/// The accessible name of the link.
pub fn remove(email: &str) -> String {
    format!("Remove {email}")
}
/// The title of the dialog.
pub fn remove_title(email: &str) -> String {
    format!("Remove {email}?")
}
pub const REMOVE_CONSEQUENCE: &str = "They lose access immediately, on every device. Keys they created keep working. You can invite them again.";
pub const REMOVE_NOW: &str = "Remove member";
pub const CANCEL: &str = "Cancel";
