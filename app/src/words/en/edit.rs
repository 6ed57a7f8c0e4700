//! Changing a key, and throwing one away.

/// The way to the form.
pub const EDIT: &str = "Edit";
/// What sends the form.
pub const SAVE: &str = "Save changes";
/// The heading above the differences.
pub const CHANGES: &str = "What changes";
/// Nothing differs yet.
pub const NOTHING: &str = "Nothing yet.";
/// Before the differences, in the answer that only shows them.
pub const NOT_SAVED: &str = "Nothing is saved yet. Look at what changes, then save.";
/// When it begins.
pub const AT_ONCE: &str = "This holds for every call that begins after it is saved.";
/// Whom it concerns, where nobody has called.
pub const NEVER_USED: &str = "No call has been accepted yet.";
/// Whom it concerns.
pub const LAST_USED: &str = "Last used ";
/// From where.
pub const FROM: &str = " from ";
/// Somebody else was quicker.
pub const OVERTAKEN: &str = "Somebody changed this key in the meantime. Nothing of yours is saved, and nothing is lost: look at what changes now, then save again.";
/// What an effect is called.
pub const WIDENS: &str = "Wider";
/// What an effect is called.
pub const NARROWS: &str = "Narrower";

/// The name of the dialog.
pub fn title(name: &str) -> String {
    format!("Edit {name}")
}

/// How many calls it concerns.
pub fn calls(count: i64) -> String {
    let grouped = crate::chart::scale::grouped(count);
    let noun = if count == 1 { "call" } else { "calls" };
    format!("; {grouped} {noun} accepted in the last 7 days.")
}

/// What throws a key away.
pub const DISCARD: &str = "Discard this key";
/// Why one would.
pub const DISCARD_WHY: &str = "Nobody has said that the secret of this key is stored, and nothing has used it. If the secret is lost, discard the key: it is revoked at once.";
