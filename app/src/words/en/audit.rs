//! The audit log.

use domain::time::Timestamp;

/// Its name.
pub const TITLE: &str = "Audit log";
/// What it is.
pub const LEAD: &str = "Every change in this account, every sign-in, and every look that support took. Nothing in it can be changed or removed.";
/// The filter by key, or whatever else was changed.
pub const KEY: &str = "Key or what was changed";
/// What may stand there.
pub const KEY_HINT: &str = "Key id";
/// The filter by person.
pub const PERSON: &str = "Who";
/// What may stand there.
pub const PERSON_HINT: &str = "E-mail address";
/// The filter by action.
pub const ACTION: &str = "What happened";
/// None.
pub const ANY_ACTION: &str = "Anything";
/// The filter by day.
pub const FROM: &str = "From (UTC)";
/// Its end.
pub const UNTIL: &str = "Until (UTC)";
/// The button.
pub const FILTER: &str = "Filter";
/// Back to all of it.
pub const CLEAR: &str = "Clear filters";
/// Nothing found.
pub const NO_MATCH: &str = "Nothing like that is in the log";
/// What to do.
pub const NO_MATCH_HINT: &str = "Another day, another person or another key may have more.";
/// Before what something was.
pub const WAS: &str = "was";
/// What stands for no value.
pub const NOTHING: &str = "none";
/// Between the two, for readers.
pub const BECAME: &str = "became";
/// The id in an answer's header.
pub const REQUEST: &str = "Request";
/// Where somebody was.
pub const ADDRESS: &str = "from";
/// The neighbours of a page.
pub const PAGES: &str = "Pages of the log";
/// Newer ones.
pub const NEWER: &str = "Newer";
/// Older ones.
pub const OLDER: &str = "Older";
/// The files, where they ask for the password.
pub const EXPORT: &str = "Export";
/// The button that takes it.
pub const CONFIRM: &str = "Confirm password";
/// The log as a file for spreadsheets.
pub const CSV: &str = "Export CSV";
/// The log as a file with the chain.
pub const JSON_LINES: &str = "Export JSON lines";

/// The name of a field that was changed.
pub fn field(name: &str) -> String {
    match name {
        "addresses" => "Allowed IP addresses".to_owned(),
        "retires" => "Old secret ends".to_owned(),
        "replaced_by" => "Replaced by".to_owned(),
        "revoked_keys" => "Revoked keys".to_owned(),
        "expires" => "Ends".to_owned(),
        // What nobody has named yet is called as it is stored.
        name => {
            let words = name.replace('_', " ");
            let mut letters = words.chars();
            letters.next().map_or_else(String::new, |first| {
                first.to_uppercase().collect::<String>() + letters.as_str()
            })
        }
    }
}

/// A value of such a field: an instant as people write it, all else as it is.
pub fn value(text: &str) -> String {
    Timestamp::parse(text).map_or_else(|| text.to_owned(), Timestamp::readable)
}

#[cfg(test)]
mod tests {
    #[test]
    fn fields_and_instants_are_said_in_words() {
        assert_eq!(super::field("rate_limit"), "Rate limit");
        assert_eq!(super::field("addresses"), "Allowed IP addresses");
        assert_eq!(super::field(""), "");
        assert_eq!(
            super::value("2026-12-02T05:04:00.000Z"),
            "2 Dec 2026, 05:04 UTC"
        );
        assert_eq!(super::value("invoice:read"), "invoice:read");
    }
}
