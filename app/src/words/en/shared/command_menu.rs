//! The command menu.

pub const TITLE: &str = "Command menu";
/// The accessible name and the placeholder of the text field.
pub const SEARCH: &str = "Search pages, keys and actions";
/// The same on pages that belong to no application.
pub const SEARCH_WITHOUT_KEYS: &str = "Search pages and actions";

/// The headings of the groups.
pub const PAGES: &str = "Pages";
pub const ACTIONS: &str = "Actions";
pub const APPLICATIONS: &str = "Applications";
pub const KEYS: &str = "Keys";

pub const EXPORT: &str = "Export keys as CSV";
pub fn switch_to(application: &str) -> String {
    format!("Switch to {application}")
}
/// What follows the name of a key.
pub fn key_id(mask: &str) -> String {
    format!(" — {mask}")
}

/// Shown if nothing matches what was typed.
pub const NO_RESULTS: &str = "No results";
/// Shown if the server did not answer a search for keys.
pub const KEYS_FAILED: &str = "Couldn't search keys. Check your connection and try again.";
/// Shown if the part of the program that searches cannot be fetched. The entries are links.
pub const NOT_LOADED: &str = "Couldn't load the search. Choose from the list, or try again.";
