//! Texts that several pages share.

pub const PRODUCT: &str = "Latchkey";
/// Announced after text was copied to the clipboard.
pub const COPIED: &str = "Copied";
/// Announced to screen readers if copying failed.
pub const COPY_FAILED: &str = "Copy failed";
/// Shown if copying failed.
pub const COPY_BY_HAND: &str = "Couldn't copy. Select the text and copy it manually.";
pub const COPY_KEY: &str = "Copy API key";
pub const SKIP: &str = "Skip to content";
pub const CLOSE: &str = "Close";
pub const CANCEL: &str = "Cancel";
/// The button that applies a filter.
pub const FILTER: &str = "Filter";
/// The heading above the errors of a form, if there are several.
pub const PROBLEM: &str = "There is a problem";
pub const TRY_AGAIN: &str = "Try again";
/// The headings in place of content that could not be loaded.
pub const NOT_LOADED: &str = "Couldn't load this";
pub const NOT_FOUND: &str = "Not found";
pub const NOT_ALLOWED: &str = "Not allowed";
pub const SIGNED_OUT: &str = "Signed out";
/// The number of scopes that are collapsed.
pub fn more_scopes(count: usize) -> String {
    match count {
        1 => "1 more scope".into(),
        n => format!("{n} more scopes"),
    }
}

/// The accessible name of a link that removes a filter.
pub fn remove_filter(filter: &str) -> String {
    format!("Remove filter: {filter}")
}

/// The title of the browser tab.
pub fn tab_title(page: &str, application: &str) -> String {
    format!("{page} · {application} · {PRODUCT}")
}

/// The heading of the list of keyboard shortcuts.
pub const SHORTCUTS: &str = "Keyboard shortcuts";
/// Each shortcut and what it does.
pub const SHORTCUT_LIST: [(&str, &str); 6] = [
    ("Ctrl/⌘ K", "Open command menu"),
    ("/", "Search"),
    ("c", "Create API key"),
    ("j", "Next row"),
    ("k", "Previous row"),
    ("?", "Show keyboard shortcuts"),
];
/// Followed by a link to the profile.
pub const SHORTCUTS_OFF: &str = "Single-key shortcuts are off. You can turn them on in your";
pub const DISCARD_TITLE: &str = "Discard your changes?";
pub const DISCARD_LEAD: &str = "What you entered in this form is lost.";
pub const KEEP_EDITING: &str = "Keep editing";
pub const DISCARD: &str = "Discard changes";
