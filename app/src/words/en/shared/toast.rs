//! What a toast says after a change.

/// The accessible name of the region with the toasts.
pub const LABEL: &str = "Notifications";
pub const UNDO: &str = "Undo";
pub const DISMISS: &str = "Dismiss";
pub const SAVED: &str = "Changes saved";
pub const ACKNOWLEDGED: &str = "Event acknowledged";
pub const ALL_ACKNOWLEDGED: &str = "Events acknowledged";
pub const ROLE_CHANGED: &str = "Role changed";
pub const APPLICATION_CREATED: &str = "Application created";
pub const APPLICATION_ARCHIVED: &str = "Application archived";
pub const APPLICATION_RESTORED: &str = "Application restored";
pub const APPLICATION_DELETED: &str = "Application deleted";
pub const OWNERSHIP_TRANSFERRED: &str = "Ownership transferred";
pub const MEMBER_REMOVED: &str = "Member removed";
pub const ACCOUNT_LEFT: &str = "You left the account";
pub const INVITATION_WITHDRAWN: &str = "Invitation withdrawn";
pub const EMAIL_CHANGED: &str = "Email changed";
pub const PASSWORD_CHANGED: &str = "Password changed. Your other sessions are signed out.";
pub const SESSION_ENDED: &str = "Session signed out";
pub const SESSIONS_ENDED: &str = "All other sessions signed out";
pub const PASSKEY_ADDED: &str = "Passkey added";
pub const PASSKEY_RENAMED: &str = "Passkey renamed";
pub const PASSKEY_REMOVED: &str = "Passkey removed. Your other sessions are signed out.";
pub const AUTHENTICATOR_ADDED: &str = "Authenticator app added";
pub const AUTHENTICATOR_REMOVED: &str =
    "Authenticator app removed. Your other sessions are signed out.";
pub const TWO_FACTOR_OFF: &str = "Two-factor authentication turned off";
pub const TWO_FACTOR_RESET: &str = "Two-factor authentication reset";
pub const IDENTITY_CONFIRMED: &str = "Confirmed. Go back to the other tab to continue.";
pub const IDENTITY_LINKED: &str = "Single sign-on linked";
pub const IDENTITY_UNLINKED: &str = "Single sign-on unlinked";
/// The server did not answer, or not as expected.
pub const UNREACHABLE: &str = "Latchkey didn't respond. Check your connection and try again.";
pub fn deactivated(name: &str) -> String {
    format!("{name} deactivated")
}
pub fn activated(name: &str) -> String {
    format!("{name} activated")
}
pub fn revoked(name: &str) -> String {
    format!("{name} revoked")
}
pub fn saved(name: &str) -> String {
    format!("{name} saved")
}
