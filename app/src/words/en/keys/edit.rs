//! Editing a key, and revoking an unused one.

pub const EDIT: &str = "Edit";
pub const SAVE: &str = "Save changes";
/// The accessible name of the differences.
pub const CHANGES: &str = "Changes";
pub const NOTHING: &str = "No changes";
/// Shown in place of the differences while a field is invalid.
pub const UNKNOWN: &str = "Fix the errors to review your changes.";
/// Shown above the differences without JavaScript, before the second submission.
pub const NOT_SAVED: &str = "Review your changes, then save.";
pub const AT_ONCE: &str = "Takes effect immediately.";
pub const NEVER_USED: &str = "Never used.";
/// Shown if the key was edited since the form was opened.
pub const OVERTAKEN: &str = "Someone else edited this key. Your changes are still here but not saved. Review them and save again.";
pub const WIDENS: &str = "Adds access";
pub const NARROWS: &str = "Removes access";

/// The number of differences.
pub fn changes(count: usize) -> String {
    match count {
        1 => "1 change".into(),
        n => format!("{n} changes"),
    }
}

/// The title of the dialog.
pub fn title(name: &str) -> String {
    format!("Edit {name}")
}

/// When and from where the key was used last, and the accepted requests that the change affects.
pub fn last_used(when: &str, address: &str, requests: i64) -> String {
    let grouped = crate::words::number::grouped(requests);
    let noun = if requests == 1 { "request" } else { "requests" };
    format!("Last used {when} from {address}; {grouped} {noun} in the last 7 days.")
}

pub const DISCARD: &str = "Revoke unused key";
pub const DISCARD_WHY: &str = "You haven't confirmed saving this secret, and the key is unused. Lost it? Revoke this key and create a new one.";
