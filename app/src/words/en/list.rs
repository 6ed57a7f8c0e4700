//! The list of keys.

use crate::chart::scale::grouped;

pub const TITLE: &str = "API Keys";
pub const LEAD: &str = "API keys authenticate requests from your apps and services. Create one per service and grant only the scopes it needs.";
/// Shown to viewers in place of the create button.
pub const READ_ONLY: &str =
    "You have view-only access. To create or edit keys, ask an owner for the Developer role.";
pub const CREATE: &str = "Create API Key";

/// The accessible name of the table.
pub const TABLE: &str = "API keys";
pub const NAME: &str = "Name";
pub const KEY: &str = "Key";
pub const SCOPES: &str = "Scopes";
pub const STATUS: &str = "Status";
pub const CREATED: &str = "Created";
pub const USED: &str = "Last used";
pub const EXPIRES: &str = "Expires";
pub const DAY: &str = "Last 24 hours";
pub const ACTIONS: &str = "Actions";
pub const SELECT: &str = "Select";

/// The creator of a key.
pub fn by(name: &str) -> String {
    format!("by {name}")
}

/// Shown in place of a time.
pub const NEVER: &str = "Never";
pub const LIVE: &str = "Live";
pub const TEST: &str = "Test";
pub const VIEW: &str = "View details";
pub const REGENERATE: &str = "Regenerate secret";
pub const DEACTIVATE: &str = "Deactivate";
pub const ACTIVATE: &str = "Activate";
pub const REVOKE: &str = "Revoke";
/// The accessible name of a row's menu.
pub fn actions_for(name: &str) -> String {
    format!("Actions for {name}")
}

pub const SEARCH: &str = "Search keys";
/// The placeholder of the search box.
pub const SEARCH_HINT: &str = "Search by name or key";
pub const ANY_STATUS: &str = "Any status";
pub const ENVIRONMENT: &str = "Environment";
pub const ANY_ENVIRONMENT: &str = "All environments";
pub const NOTABLE: &str = "Flag";
pub const ANY_NOTABLE: &str = "Any flag";
/// Applies the filters without JavaScript.
pub const FILTER: &str = "Filter";
pub const CLEAR: &str = "Clear filters";

/// The number of keys that match; `more` if counting stopped there.
pub fn keys(count: i64, more: bool) -> String {
    match (count, more) {
        (1, false) => "1 key".into(),
        (n, false) => format!("{} keys", grouped(n)),
        (n, true) => format!("More than {} keys", grouped(n)),
    }
}

/// The accessible name of the page links.
pub const PAGES: &str = "Pages";
pub const PREVIOUS: &str = "Previous";
pub const NEXT: &str = "Next";
pub const EXPORT: &str = "Export CSV";

/// The number of requests.
pub fn calls(count: i64) -> String {
    match count {
        0 => "No requests".into(),
        1 => "1 request".into(),
        n => format!("{} requests", grouped(n)),
    }
}

/// The share of requests that were denied; fewer than 20 requests have no percentage.
pub fn refused(refused: i64, calls: i64) -> String {
    if refused == 0 {
        return "0% denied".into();
    }
    if calls < 20 {
        return format!("{refused} of {calls} denied");
    }
    match refused.saturating_mul(1_000) / calls {
        0 => "<0.1% denied".into(),
        1_000 => "100% denied".into(),
        tenths => format!("{}.{}% denied", tenths / 10, tenths % 10),
    }
}

/// The heading of the sums above the list.
pub const ALL_CALLS: &str = "Requests in the last 24 hours";

/// Followed by the results of [`advice`].
pub const ADVICE: &str = "Review:";

/// The number of keys with a condition that deviates from good practice; `notable` is its value in links.
pub fn advice(notable: &str, count: i64) -> String {
    let what = match notable {
        "never-expires" => "without an expiration",
        "idle" => "unused for 90 days",
        "any-address" => "without an IP allowlist",
        _ => "with a secret over a year old",
    };
    format!("{} {what}", grouped(count))
}

pub const NO_MATCH: &str = "No keys match these filters";
pub const NO_MATCH_HINT: &str = "Change your search or clear the filters.";
pub const EMPTY: &str = "No keys yet";
pub const EMPTY_HINT: &str = "Create a key to make your first API request.";
pub const CREATE_FIRST: &str = "Create your first key";

pub const SELECT_PAGE: &str = "Select all keys on this page";
/// The accessible name of a row's checkbox.
pub fn select(name: &str) -> String {
    format!("Select {name}")
}
/// The accessible name of the bulk actions.
pub const SELECTED: &str = "Selected keys";
/// The number of selected keys.
pub fn selected(count: usize) -> String {
    format!("{count} selected")
}
pub const CLEAR_SELECTION: &str = "Clear selection";
/// The error if no key or more than a page of keys is selected.
pub const SELECT_SOME: &str = "Select 1 to 50 keys in the list.";

/// The result of deactivating several keys.
pub fn deactivated(count: usize) -> String {
    many(count, "deactivated")
}
/// The result of revoking several keys.
pub fn revoked(count: usize) -> String {
    many(count, "revoked")
}
fn many(count: usize, done: &str) -> String {
    match count {
        0 => format!("No keys {done}."),
        1 => format!("1 key {done}."),
        n => format!("{n} keys {done}."),
    }
}
/// A key that a bulk action did not change; `why` is a sentence.
pub fn skipped(name: &str, why: &str) -> String {
    format!("Skipped {name}: {why}")
}

/// The title of the dialog that confirms a bulk revocation.
pub fn revoke_selected(count: usize) -> String {
    match count {
        1 => "Revoke 1 key?".into(),
        n => format!("Revoke {n} keys?"),
    }
}
pub const CONSEQUENCE: &str =
    "Requests that use these keys will fail immediately. You can't undo this.";
pub const CONFIRM_LABEL: &str = "Type revoke to confirm";
/// The error if something else was typed.
pub const CONFIRM_REVOKE: &str = "Type “revoke” to confirm.";
pub const REASON: &str = "Reason";
pub const REASON_HINT: &str = "Optional. Shown in each key's history.";
pub const REVOKE_KEYS: &str = "Revoke keys";
pub const CANCEL: &str = "Cancel";
/// The title of the dialog after a bulk revocation.
pub const REVOKED_TITLE: &str = "Keys revoked";
pub const DONE: &str = "Done";
/// Shown for a selected key that is already revoked.
pub const REVOKED_BEFORE: &str = "Already revoked";

pub const EMERGENCY: &str = "Danger zone";
pub const EMERGENCY_HINT: &str =
    "Not sure which secrets leaked? Revoke every key in this application.";
pub const REVOKE_ALL_LINK: &str = "Revoke all keys…";
/// The title of the dialog that confirms revoking all keys.
pub fn revoke_all(name: &str) -> String {
    format!("Revoke all keys of {name}?")
}
pub const ALL_CONSEQUENCE: &str = "All API requests to this application will fail immediately, and every integration will need a new key. You can't undo this.";
pub const ALL_KEYS: &str = "Keys to revoke";
pub const ALL_HOUR: &str = "Requests in the last hour";
pub const ALL_CONFIRM: &str = "Type the application name to confirm";
/// The error if something else was typed.
pub fn confirm_all(name: &str) -> String {
    format!("That doesn't match the application name. Type “{name}” exactly.")
}
pub const REVOKE_ALL: &str = "Revoke all keys";

#[cfg(test)]
mod tests {
    use super::{advice, refused};

    #[test]
    fn few_requests_have_no_percentage() {
        assert_eq!(refused(0, 5), "0% denied");
        assert_eq!(refused(3, 12), "3 of 12 denied");
        assert_eq!(refused(1, 20), "5.0% denied");
        assert_eq!(refused(1, 100_000), "<0.1% denied");
        assert_eq!(refused(50, 50), "100% denied");
        assert_eq!(refused(999, 1_000), "99.9% denied");
    }

    #[test]
    fn advice_reads_the_same_for_one_key_and_for_many() {
        assert_eq!(advice("never-expires", 1), "1 without an expiration");
        assert_eq!(advice("idle", 1_234), "1,234 unused for 90 days");
    }
}
