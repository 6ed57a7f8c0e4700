//! The list of keys.

use crate::words::number::grouped;
use domain::security::EventKind;

pub const TITLE: &str = "API Keys";
/// Leads there from a key that does not exist.
pub const TO_LIST: &str = "Go to API Keys";
pub const LEAD: &str = "API keys authenticate requests from your apps and services. Create one per service and grant only the scopes it needs.";
/// Shown to viewers in place of the create button.
pub const READ_ONLY: &str =
    "You have view-only access. To create or edit keys, ask an owner for the Developer role.";
pub const CREATE: &str = "Create API Key";

/// The accessible name of the table.
pub const TABLE: &str = "API keys";
pub const KEY: &str = "Key";
pub const ACCESS: &str = "Access";
pub const REQUESTS: &str = "Requests, 24 h";
pub const STATUS: &str = "Status";
pub const USED: &str = "Last used";
pub const EXPIRES: &str = "Expires";
pub const ACTIONS: &str = "Actions";
pub const SELECT: &str = "Select";

/// Shown in place of a time.
pub const NEVER: &str = "Never";
pub const LIVE: &str = "Live";
pub const TEST: &str = "Test";
/// Below the date on which a key stopped working.
pub const ENDED: &str = "Ended";
pub const VIEW: &str = "View details";
pub const COPY_ID: &str = "Copy key ID";
pub const VIEW_REQUESTS: &str = "View requests";
pub const REGENERATE: &str = "Regenerate secret";
pub const DEACTIVATE: &str = "Deactivate";
pub const ACTIVATE: &str = "Activate";
pub const REVOKE: &str = "Revoke";
/// The accessible name of a row's menu.
pub fn actions_for(name: &str) -> String {
    format!("Actions for {name}")
}

/// Notes beside the status, of which a row shows the most urgent one. `when` is relative: “in 5 days”.
pub fn expires(when: &str) -> String {
    format!("Expires {when}")
}
pub fn stops(when: &str) -> String {
    format!("Stops {when}")
}
pub const SECRET_NOT_SAVED: &str = "Secret not saved";
pub fn unused_for(days: i64) -> String {
    format!("Unused for {days} days")
}
pub const NEVER_USED: &str = "Never used";
/// A critical event, in fewer words than its title: the column is as wide as “Unused for 100 days”.
pub const fn critical(kind: EventKind) -> &'static str {
    match kind {
        EventKind::AddressNotAllowed => "IP not allowed",
        EventKind::FromBrowser => "Secret in a browser",
        other => other.title(),
    }
}

/// Access of a key whose scopes all read.
pub const READ_ONLY_KEY: &str = "Read only";
pub fn scopes(count: i64) -> String {
    format!("{count} scopes")
}
/// From where a key works: for each of its IP rules, whether it is a single address.
pub fn networks(single: impl Iterator<Item = bool>) -> String {
    let rules: Vec<bool> = single.collect();
    let (count, addresses) = (rules.len(), rules.iter().all(|single| *single));
    match (count, addresses) {
        (0, _) => "any IP".into(),
        (1, true) => "1 address".into(),
        (n, true) => format!("{n} addresses"),
        (1, false) => "1 network".into(),
        (n, false) => format!("{n} networks"),
    }
}

/// The line below a key that replaces another one.
pub const OLD_KEY: &str = "↳ Old key";
pub fn still_took(requests: i64) -> String {
    match requests {
        0 => "took no requests in 24 h".into(),
        1 => "still took 1 request in 24 h".into(),
        n => format!("still took {} requests in 24 h", grouped(n)),
    }
}
/// Followed by a time.
pub const STOPS: &str = "stops";
pub const VIEW_OLD_KEY: &str = "View old key";

/// The accessible name of the links to the groups of keys.
pub const GROUPS: &str = "Key groups";
pub const ACTIVE: &str = "Active";
pub const ATTENTION: &str = "Needs attention";
pub const ENDED_KEYS: &str = "Ended";
pub const ALL: &str = "All";
/// The number of keys in a group, at most `most`.
pub fn group_count(count: i64, most: i64) -> String {
    if count >= most {
        format!("{}+", grouped(most))
    } else {
        grouped(count)
    }
}

/// The accessible name of the choice of an order.
pub fn sorted(current: &str) -> String {
    format!("Sort (current: {current})")
}
pub const NEWEST: &str = "Newest first";
pub const OLDEST: &str = "Oldest first";
pub const BY_NAME: &str = "Name, A to Z";
pub const RECENTLY_USED: &str = "Recently used";
pub const EXPIRING_FIRST: &str = "Expiring first";
pub const OTHER_ORDER: &str = "Custom order";

pub const SEARCH: &str = "Search keys";
/// The placeholder of the search box.
pub const SEARCH_HINT: &str = "Search by name or key";
pub const ANY_STATUS: &str = "Any status";
pub const ENVIRONMENT: &str = "Environment";
pub const ANY_ENVIRONMENT: &str = "All environments";
pub const FILTERS: &str = "Filters";
pub const SCOPE: &str = "Scope";
pub const ANY_SCOPE: &str = "Any scope";
pub const CREATOR: &str = "Created by";
pub const ANY_CREATOR: &str = "Anyone";
pub const NOTABLE: &str = "Flag";
pub const ANY_NOTABLE: &str = "Any flag";
/// Applies the filters without JavaScript.
pub const CLEAR: &str = "Clear filters";

/// The number of keys that match, `more` if counting stopped there, and which of them are shown, if that is known.
pub fn keys(shown: Option<(i64, i64)>, count: i64, more: bool) -> String {
    let all = grouped(count);
    let shown = shown.filter(|_| count > 1).map(|(first, last)| {
        let (first, last) = (grouped(first), grouped(last));
        format!("{first}–{last} of ")
    });
    match (shown, more) {
        (_, false) if count == 1 => "1 key".into(),
        (shown, false) => format!("{}{all} keys", shown.unwrap_or_default()),
        (Some(shown), true) => format!("{shown}more than {all} keys"),
        (None, true) => format!("More than {all} keys"),
    }
}

/// The accessible name of the page links.
pub const PAGES: &str = "Pages";
pub const PREVIOUS: &str = "Previous";
pub const NEXT: &str = "Next";
pub const EXPORT: &str = "Export CSV";

pub const NO_REQUESTS: &str = "No requests";

/// The unit behind the number.
pub const fn requests(count: i64) -> &'static str {
    if count == 1 { "request" } else { "requests" }
}

/// The number of requests.
pub fn calls(count: i64) -> String {
    match count {
        0 => NO_REQUESTS.into(),
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

/// All requests of the last 24 hours, below the list.
pub fn all_requests(requests: i64, denied: i64) -> String {
    match requests {
        0 => "No requests in 24 h".into(),
        n if denied == 0 => format!("{} in 24 h", calls(n)),
        n => format!("{} in 24 h · {}", calls(n), refused(denied, n)),
    }
}

pub const NO_MATCH: &str = "No keys match these filters";
pub const NO_MATCH_HINT: &str = "Change your search or clear the filters.";
pub const NO_ACTIVE: &str = "No active keys";
pub const NO_ACTIVE_HINT: &str = "All keys of this application have ended.";
pub const NO_ATTENTION: &str = "Nothing needs attention";
pub const NO_ATTENTION_HINT: &str =
    "No key expires soon, is unused, or has many denied requests or an open critical event.";
pub const NO_ENDED: &str = "No ended keys";
pub const NO_ENDED_HINT: &str = "Expired and revoked keys appear here.";
pub const EMPTY: &str = "No keys yet";
/// What to do in an application without keys.
pub const STEPS: [&str; 3] = [
    "Create a key and select its scopes.",
    "Copy its secret. It is shown only once.",
    "Send both with your first API request.",
];
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
/// The button that clears the selection, and its accessible name.
pub const CLEAR_SELECTED: &str = "Clear";
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
pub const REASON_HINT: &str = "Optional. Shown in each key's history.";
pub const REVOKE_KEYS: &str = "Revoke keys";
/// The title of the dialog after a bulk revocation.
pub const REVOKED_TITLE: &str = "Keys revoked";
pub const DONE: &str = "Done";
/// Shown for a selected key that is already revoked.
pub const REVOKED_BEFORE: &str = "Already revoked";

pub const EMERGENCY: &str = "Danger zone";
pub const EMERGENCY_HINT: &str =
    "Not sure which secrets leaked? Revoke every key in this application.";
pub const REVOKE_ALL: &str = "Revoke all keys";
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

#[cfg(test)]
mod tests {
    use super::{keys, networks, refused};

    #[test]
    fn keys_are_counted_with_their_place_where_it_is_known() {
        assert_eq!(keys(Some((1, 1)), 1, false), "1 key");
        assert_eq!(keys(Some((1, 10)), 10, false), "1–10 of 10 keys");
        assert_eq!(
            keys(Some((1, 50)), 1_000, true),
            "1–50 of more than 1,000 keys"
        );
        assert_eq!(keys(None, 1_000, true), "More than 1,000 keys");
        assert_eq!(keys(None, 120, false), "120 keys");
    }

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
    fn addresses_and_networks_are_counted() {
        let text = |rules: &[bool]| networks(rules.iter().copied());
        assert_eq!(text(&[]), "any IP");
        assert_eq!(text(&[true]), "1 address");
        assert_eq!(text(&[true, true]), "2 addresses");
        assert_eq!(text(&[false]), "1 network");
        assert_eq!(text(&[true, false]), "2 networks");
    }
}
