//! Creating, archiving, restoring and deleting applications, and the account's name.

pub const NEW: &str = "New application";
pub const NEW_LEAD: &str = "Each application has its own API keys, usage and settings.";
/// Followed by the account's name.
pub const IN_ACCOUNT: &str = "Account: ";
pub const NAME_HINT: &str = "The product or service that the keys are for.";
pub const CREATE: &str = "Create application";

/// The account's card.
pub const ACCOUNT: &str = "Account";
pub const ACCOUNT_NAME: &str = "Account name";
pub const ACCOUNT_HINT: &str = "Shown to everyone in this account, and in invitations.";
pub const RENAME: &str = "Rename account";
pub const SAVE: &str = "Save name";

/// Above every page of an archived application.
pub const ARCHIVED: &str = "This application is archived. Its keys are deactivated, and no key can be created or activated.";
pub const ARCHIVE: &str = "Archive application";
pub const ARCHIVE_HINT: &str =
    "Deactivates all active keys. You can restore the application any time.";
pub fn archive(name: &str) -> String {
    format!("Archive {name}?")
}
pub const ARCHIVE_CONSEQUENCE: &str = "All API requests to this application will fail immediately. You can restore it any time: the keys that are active now will work again.";
pub const ACTIVE_KEYS: &str = "Active keys";

pub const RESTORE: &str = "Restore application";
pub const RESTORE_HINT: &str = "Activates the keys that were active when it was archived.";
pub fn restore(name: &str) -> String {
    format!("Restore {name}?")
}
pub const RESTORE_CONSEQUENCE: &str = "The keys that were active when it was archived will work again immediately, unless they have been revoked or have expired.";

pub const DELETE: &str = "Delete application";
pub const DELETE_HINT: &str =
    "Removes it for everyone and revokes its keys. Archive it first if keys are active.";
pub fn delete(name: &str) -> String {
    format!("Delete {name}?")
}
pub const DELETE_CONSEQUENCE: &str = "Removes the application for everyone and revokes all its keys. Its audit log entries are kept. You can't undo this.";

/// The accessible name of the search in the application switcher.
pub const SEARCH: &str = "Search applications";
/// The button for browsers without JavaScript.
pub const FIND: &str = "Search";
pub const NO_MATCH: &str = "No matching applications";
/// The group of archived applications in the switcher.
pub const ARCHIVED_GROUP: &str = "Archived";
