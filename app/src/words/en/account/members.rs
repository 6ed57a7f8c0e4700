//! The members of an account, and invitations.

use domain::account::Role;

pub const TITLE: &str = "Members";
pub const LEAD: &str = "Members can access every application in this account. A member can have a different role in a single application.";
pub const LAST_OWNER: &str =
    "An account needs at least one owner. Make someone else an owner, then try again.";
/// As [`LAST_OWNER`], where people may sign in without a password.
pub const LAST_LOCAL_OWNER: &str = "An account needs at least one owner with a password. Make someone else who has one an owner, then try again.";
/// Behind the role of a member whom the identity provider has added.
pub const MANAGED: &str = " by single sign-on";
/// In the form for the role of such a member.
pub const MANAGED_ROLE: &str = "Their groups at your identity provider set the role again at each sign-in. Change the groups too.";
/// In the question before such a member is removed.
pub const MANAGED_REMOVAL: &str = "If a group at your identity provider still gives them a role, their next sign-in adds them again. Change the groups too.";
/// In the form for a reset link of such a member.
pub const MANAGED_RESET: &str = "With a password they can sign in without your identity provider, even after it has removed them. Remove the member here too then.";
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

/// A member's role in the application, after the role in the account.
pub fn role_here(own: Role) -> String {
    format!("{} in this application", role(own))
}

pub const OWNER: &str = "Owner: full access, including members";
pub const DEVELOPER: &str = "Developer: manages keys";
pub const VIEWER: &str = "Viewer: read-only";

pub const INVITE: &str = "Invite a member";
pub const INVITE_HINT: &str = "You'll get a link to share. It works once and expires in 7 days.";
pub const INVITE_HINT_MAIL: &str =
    "They'll get an email with a link. It works once and expires in 7 days.";
pub const EMAIL: &str = "Email";
pub const ROLE: &str = "Role";
pub const MAKE_LINK: &str = "Create invitation link";
pub const SEND_INVITATION: &str = "Send invitation";
pub const LINK_TITLE: &str = "Share this link";
pub const MAILED_TITLE: &str = "Email on its way";
/// Shown above a link that is mailed too.
pub fn mailed(email: &str) -> String {
    format!("{email} gets this link by email. You can also copy it.")
}
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

pub const RESEND: &str = "Send again";
/// The accessible name of the link, and the title of the dialog.
pub fn resend(email: &str) -> String {
    format!("Send the invitation to {email} again")
}
pub const RESEND_CONSEQUENCE: &str =
    "They'll get an email with a new link. It expires in 7 days. The earlier link stops working.";

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
pub const RESET_CONSEQUENCE_MAIL: &str = "They'll get an email with a link, and you can copy it. It works once, within 30 minutes, and signs the member out everywhere. You can only do this for members who belong to no other account: the link would give access to those accounts too.";
pub const RESET_ELSEWHERE: &str = "This member belongs to another account too, so an owner can't reset their password. Ask your Latchkey administrator for a reset link.";
pub const RESET_LINK: &str = "Password reset link";
pub const RESET_NOTE: &str = "You won't be able to see this link again. Anyone who has it can sign in as this member, so send it only to them.";
pub const COPY_RESET_LINK: &str = "Copy password reset link";

pub const CHANGE: &str = "Change role";
/// The accessible name of the link, and the title of the dialog.
pub fn change(email: &str) -> String {
    format!("Change role of {email}")
}
pub const CHANGE_HINT: &str = "Applies to every application, except where the member has a different role. Takes effect immediately.";
pub const SAVE: &str = "Save role";

/// The link from the form for the role in the account to the one for the role in an application.
pub fn other_role(application: &str) -> String {
    format!("Set a different role in {application}")
}
/// The title of the dialog.
pub fn change_here(email: &str, application: &str) -> String {
    format!("Role of {email} in {application}")
}
pub const ROLE_HERE_HINT: &str =
    "Replaces the role in the account, in this application only. Takes effect immediately.";
/// The choice of no other role.
pub fn as_in_account(own: Role) -> String {
    format!("Same as in the account ({})", role(own))
}
pub const OWNER_HERE: &str = "Owner: full access to this application";
/// In place of the form for an owner of the account.
pub const OWNS_EVERY: &str = "Owners of the account have full access to every application. Change their role in the account first.";

/// The link to the question, and its button.
pub const TRANSFER: &str = "Transfer ownership";
pub fn transfer_title(email: &str) -> String {
    format!("Transfer ownership to {email}?")
}
pub const TRANSFER_CONSEQUENCE: &str = "They become an owner and you become a developer, immediately. You can no longer manage members, applications or the account, or view the audit log. Only an owner can undo this.";
pub const TRANSFER_CONFIRM: &str = "Type their email to confirm";
/// The error if something else was typed.
pub fn confirm_transfer(email: &str) -> String {
    format!("That doesn't match their email. Type “{email}” exactly.")
}

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

pub const LEAVE: &str = "Leave account";
/// The title of the dialog.
pub fn leave_title(account: &str) -> String {
    format!("Leave {account}?")
}
pub const LEAVE_CONSEQUENCE: &str = "You lose access to all of its applications immediately, on every device. Keys you created keep working. Only an owner can invite you again.";
/// In that question, for a member whom the identity provider has added.
pub const MANAGED_LEAVING: &str = "If a group at your identity provider still gives you a role, your next sign-in adds you again. Ask for a change of the groups too.";
