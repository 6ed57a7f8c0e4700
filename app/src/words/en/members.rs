//! The members of an account, and invitations.

/// The heading.
pub const TITLE: &str = "Members";
/// What they have in common.
pub const LEAD: &str =
    "Everybody here reaches all applications of the account, as their role allows.";
/// Nobody else is an owner.
pub const LAST_OWNER: &str =
    "An account needs an owner. Make somebody else an owner first, then try again.";
/// Beside the reader's own name.
pub const YOU: &str = "You";
/// Before the day on which somebody became a member.
pub const SINCE: &str = "member since ";
/// Before the time at which somebody was there.
pub const SEEN: &str = "last seen ";
/// Somebody who never signed in since that is kept.
pub const NEVER_SEEN: &str = "not seen yet";

/// What an owner may do.
pub const OWNER: &str = "Owner: everything, members included";
/// What a developer may do.
pub const DEVELOPER: &str = "Developer: manages keys";
/// What a viewer may do.
pub const VIEWER: &str = "Viewer: reads";

/// The link to the form of an invitation, and its title.
pub const INVITE: &str = "Invite a member";
/// What an invitation is.
pub const INVITE_HINT: &str = "You get a link to hand over. It works once, within seven days.";
/// The field for the address.
pub const EMAIL: &str = "Email";
/// The field for the role.
pub const ROLE: &str = "Role";
/// The button that makes the link.
pub const MAKE_LINK: &str = "Create invitation link";
/// The title over the link.
pub const LINK_TITLE: &str = "Hand this link over";
/// What is to be known of it.
pub const LINK_NOTE: &str = "It is shown this once. Whoever opens it joins as the person you named, so send it to nobody else.";
/// The field that holds it.
pub const LINK: &str = "Invitation link";
/// The button that copies it.
pub const COPY_LINK: &str = "Copy invitation link";
/// The way back.
pub const DONE: &str = "Done";
/// The heading over those who have not answered.
pub const WAITING: &str = "Invited";
/// Before who invited them.
pub const INVITED_BY: &str = "invited by ";
/// Before the end of the link.
pub const ENDS: &str = "link ends ";
/// In place of the end, where an update of Latchkey ended the link.
pub const LAPSED: &str = "the link ended with an update of Latchkey: invite again";
/// The button that takes an invitation back.
pub const WITHDRAW: &str = "Withdraw";
/// Its accessible name.
pub fn withdraw(email: &str) -> String {
    format!("Withdraw the invitation to {email}")
}

/// The link to the form of a role.
pub const CHANGE: &str = "Change role";
/// Its accessible name.
pub fn change(email: &str) -> String {
    format!("Change role of {email}")
}
/// What a change of role does.
pub const CHANGE_HINT: &str = "It holds from their next click on.";
/// The button that saves it.
pub const SAVE: &str = "Save role";

/// The link to the question before a removal.
pub const REMOVE: &str = "Remove";
/// Its accessible name.
pub fn remove(email: &str) -> String {
    format!("Remove {email}")
}
/// The question.
pub fn remove_title(email: &str) -> String {
    format!("Remove {email}?")
}
/// What it does.
pub const REMOVE_CONSEQUENCE: &str = "They lose access at once, wherever they are signed in. The keys that they made stay and work on. You can invite them again.";
/// The button that does it.
pub const REMOVE_NOW: &str = "Remove member";
/// The way out of a question.
pub const CANCEL: &str = "Cancel";
