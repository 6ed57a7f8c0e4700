//! What stands on many pages.

/// The product.
pub const PRODUCT: &str = "Latchkey";
/// Puts a text into the clipboard, and says so.
pub const COPIED: &str = "Copied";
/// The same, where it did not work, for screen readers.
pub const COPY_FAILED: &str = "Copy failed";
/// What to do then.
pub const COPY_BY_HAND: &str = "Copying failed. Select the text and copy it by hand.";
/// What copies a public key id.
pub const COPY_KEY: &str = "Copy API key";
/// What closes a dialog.
pub const CLOSE: &str = "Close";
/// Above the list of what is wrong with a form.
pub const PROBLEM: &str = "There is a problem";
/// What loads a page again that could not be loaded.
pub const TRY_AGAIN: &str = "Try again";
/// The heading of a page that could not be loaded.
pub const NOT_LOADED: &str = "This could not be loaded";
/// The same, where there is nothing.
pub const NOT_FOUND: &str = "Not found";
/// The same, where the role is not enough.
pub const NOT_ALLOWED: &str = "Not allowed";
/// The same, where the session has ended.
pub const SIGNED_OUT: &str = "Signed out";
/// Where more scopes than are in sight come into sight.
pub fn more_scopes(count: usize) -> String {
    format!("{count} more scopes")
}

/// The words in the browser's tab.
pub fn tab_title(page: &str, application: &str) -> String {
    format!("{page} · {application} · {PRODUCT}")
}
