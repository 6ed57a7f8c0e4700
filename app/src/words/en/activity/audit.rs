//! The audit log.

use domain::time::Timestamp;

pub const TITLE: &str = "Audit log";
pub const LEAD: &str =
    "Every change, sign-in and support access in this account. Entries can't be edited or deleted.";
/// The filter by the key, member or application that was changed.
pub const KEY: &str = "Target";
pub const KEY_HINT: &str = "Key name or ID";
/// The filter by the person or key that made a change.
pub const PERSON: &str = "Actor";
pub const PERSON_HINT: &str = "Email";
pub const ACTION: &str = "Action";
pub const ANY_ACTION: &str = "Any action";
pub const FROM: &str = "From";
pub const UNTIL: &str = "To";
pub const CLEAR: &str = "Clear filters";
pub const NO_MATCH: &str = "No matching entries";
pub const NO_MATCH_HINT: &str = "Adjust the filters.";
/// Read by screen readers before an old value.
pub const WAS: &str = "changed from";
/// Shown in place of an empty value.
pub const NOTHING: &str = "none";
/// Read by screen readers before a new value.
pub const BECAME: &str = "to";
/// Followed by a request id.
pub const REQUEST: &str = "Request";
/// Followed by an IP address.
pub const ADDRESS: &str = "from";
/// Filters the log by the actor of an entry.
pub const SAME_ACTOR: &str = "All by this actor";
/// Filters the log by the target of an entry.
pub const SAME_TARGET: &str = "All on this target";
/// The accessible name of the page links.
pub const PAGES: &str = "Pages of the log";
pub const NEWER: &str = "Newer";
pub const OLDER: &str = "Older";
/// Opens the form for the password.
pub const EXPORT: &str = "Export";
pub const CONFIRM: &str = "Confirm password";
pub const CSV: &str = "Export CSV";
pub const JSON_LINES: &str = "Export JSON Lines";

/// The label of a changed field.
pub fn field(name: &str) -> String {
    match name {
        "addresses" => "Allowed IP addresses".to_owned(),
        "retires" => "Old key stops working".to_owned(),
        // Other fields are displayed by their stored names.
        name => {
            let words = name.replace('_', " ");
            let mut letters = words.chars();
            letters.next().map_or_else(String::new, |first| {
                first.to_uppercase().collect::<String>() + letters.as_str()
            })
        }
    }
}

/// A value of a changed field; instants are formatted.
pub fn value(text: &str) -> String {
    Timestamp::parse(text).map_or_else(|| text.to_owned(), Timestamp::readable)
}

#[cfg(test)]
mod tests {
    #[test]
    fn fields_and_instants_are_readable() {
        assert_eq!(super::field("rate_limit"), "Rate limit");
        assert_eq!(super::field("replaced_by"), "Replaced by");
        assert_eq!(super::field("expires"), "Expires");
        assert_eq!(super::field("addresses"), "Allowed IP addresses");
        assert_eq!(super::field(""), "");
        assert_eq!(
            super::value("2026-12-02T05:04:00.000Z"),
            "2 Dec 2026, 05:04 UTC"
        );
        assert_eq!(super::value("invoice:read"), "invoice:read");
    }
}
