//! The list of keys.

use crate::chart::scale::grouped;

/// The page.
pub const TITLE: &str = "API Keys";
/// What keys are for.
pub const LEAD: &str = "A key lets a program of yours call the API. Give each program its own, with no more scopes than it needs.";
/// Why a reader finds no buttons.
pub const READ_ONLY: &str =
    "You can look at keys. To create or change them, ask an owner for the role of a developer.";
/// The button above the list.
pub const CREATE: &str = "Create API Key";

/// The table's name.
pub const TABLE: &str = "API keys";
/// The headings.
pub const NAME: &str = "Name";
/// As it says.
pub const KEY: &str = "Key";
/// As it says.
pub const SCOPES: &str = "Scopes";
/// As it says.
pub const STATUS: &str = "Status";
/// As it says.
pub const CREATED: &str = "Created";
/// As it says.
pub const USED: &str = "Last used";
/// As it says.
pub const EXPIRES: &str = "Expires";
/// As it says.
pub const DAY: &str = "Last 24 hours";
/// As it says.
pub const ACTIONS: &str = "Actions";
/// As it says.
pub const SELECT: &str = "Select";

/// Who made a key.
pub fn by(name: &str) -> String {
    format!("by {name}")
}

/// Instead of a time.
pub const NEVER: &str = "Never";
/// A key for real data.
pub const LIVE: &str = "Live";
/// A key for data that may be thrown away.
pub const TEST: &str = "Test";
/// Lines of a row's menu.
pub const VIEW: &str = "View details";
/// As it says.
pub const REGENERATE: &str = "Regenerate secret";
/// As it says.
pub const DEACTIVATE: &str = "Deactivate";
/// As it says.
pub const ACTIVATE: &str = "Activate";
/// As it says.
pub const REVOKE: &str = "Revoke";
/// What opens the menu of a row.
pub fn actions_for(name: &str) -> String {
    format!("Actions for {name}")
}

/// The search box.
pub const SEARCH: &str = "Search keys";
/// What it finds.
pub const SEARCH_HINT: &str = "Search by name or key";
/// The select boxes with their first lines.
pub const ANY_STATUS: &str = "Any status";
/// As it says.
pub const ENVIRONMENT: &str = "Environment";
/// As it says.
pub const ANY_ENVIRONMENT: &str = "Live and test";
/// As it says.
pub const NOTABLE: &str = "Condition";
/// As it says.
pub const ANY_NOTABLE: &str = "Any condition";
/// Applies them where there is no JavaScript.
pub const FILTER: &str = "Filter";
/// Takes all filters away.
pub const CLEAR: &str = "Clear filters";

/// How many keys there are.
pub fn keys(count: i64, more: bool) -> String {
    match (count, more) {
        (1, false) => "1 key".into(),
        (n, false) => format!("{} keys", grouped(n)),
        (n, true) => format!("More than {} keys", grouped(n)),
    }
}

/// Pages.
pub const PAGES: &str = "Pages";
/// As it says.
pub const PREVIOUS: &str = "Previous";
/// As it says.
pub const NEXT: &str = "Next";
/// The list as a file.
pub const EXPORT: &str = "Export CSV";

/// Calls of 24 hours.
pub fn calls(count: i64) -> String {
    match count {
        0 => "No calls".into(),
        1 => "1 call".into(),
        n => format!("{} calls", grouped(n)),
    }
}

/// How many of them were refused. A share of few calls would say more than is known.
pub fn refused(refused: i64, calls: i64) -> String {
    if refused == 0 {
        return "none refused".into();
    }
    if calls < 20 {
        return format!("{refused} of {calls} refused");
    }
    match refused.saturating_mul(1_000) / calls {
        0 => "under 0.1% refused".into(),
        1_000 => "all refused".into(),
        tenths => format!("{}.{}% refused", tenths / 10, tenths % 10),
    }
}

/// The heading of the sums above the list.
pub const ALL_CALLS: &str = "Calls with all keys, last 24 hours";

/// Before what good practice would change.
pub const ADVICE: &str = "On this page:";

/// What good practice would change about `count` keys, by its value in links.
pub fn advice(notable: &str, count: i64) -> String {
    let (one, many) = match notable {
        "never-expires" => ("never expires", "never expire"),
        "idle" => ("is idle", "are idle"),
        "any-address" => ("has no IP rule", "have no IP rule"),
        _ => ("is over a year old", "are over a year old"),
    };
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Nothing passes the filter.
pub const NO_MATCH: &str = "No key matches";
/// What to do about it.
pub const NO_MATCH_HINT: &str = "Try other words, or look at all keys.";
/// There are no keys.
pub const EMPTY: &str = "No keys yet";
/// Why one wants some.
pub const EMPTY_HINT: &str = "A program needs a key before it may call the API.";
/// The button below it.
pub const CREATE_FIRST: &str = "Create your first key";

/// The box at the head of the boxes.
pub const SELECT_PAGE: &str = "Select all keys on this page";
/// The box in a row.
pub fn select(name: &str) -> String {
    format!("Select {name}")
}
/// The name of what can be done with the selected keys.
pub const SELECTED: &str = "Selected keys";
/// How many are selected.
pub fn selected(count: usize) -> String {
    format!("{count} selected")
}
/// Gives the selection up.
pub const CLEAR_SELECTION: &str = "Clear selection";
/// Nothing, or too much, is selected.
pub const SELECT_SOME: &str = "Select 1 to 50 keys in the list.";

/// What came of switching several keys off.
pub fn deactivated(count: usize) -> String {
    many(count, "deactivated")
}
/// What came of revoking several keys.
pub fn revoked(count: usize) -> String {
    many(count, "revoked")
}
fn many(count: usize, done: &str) -> String {
    match count {
        0 => format!("No key was {done}."),
        1 => format!("1 key {done}."),
        n => format!("{n} keys {done}."),
    }
}
/// A key that was left alone, and why.
pub fn skipped(name: &str, why: &str) -> String {
    format!("{name} was left alone: {why}")
}

/// The question before several keys are revoked.
pub fn revoke_selected(count: usize) -> String {
    match count {
        1 => "Revoke 1 key?".into(),
        n => format!("Revoke {n} keys?"),
    }
}
/// What it means.
pub const CONSEQUENCE: &str = "Every program that uses one of these keys is refused from this moment on. This cannot be undone.";
/// The field that keeps a stray click from revoking.
pub const CONFIRM_LABEL: &str = "Type revoke to confirm";
/// What may be typed instead.
pub const CONFIRM_HINT: &str = "The number of keys will do as well.";
/// It was not typed.
pub fn confirm_selected(count: usize) -> String {
    format!("Type the number of keys ({count}) or the word “revoke”.")
}
/// Why; it stands in each key's history.
pub const REASON: &str = "Reason";
/// As it says.
pub const REASON_HINT: &str = "Optional; it stands in the history of each key.";
/// The red button.
pub const REVOKE_KEYS: &str = "Revoke keys";
/// Leaves everything as it is.
pub const CANCEL: &str = "Cancel";
/// The dialog's name afterwards.
pub const REVOKED_TITLE: &str = "Keys revoked";
/// Leads back to the list.
pub const DONE: &str = "Done";
/// A key among the selected that has been revoked before.
pub const REVOKED_BEFORE: &str = "revoked before; it is left alone";

/// The section for what should never be needed.
pub const EMERGENCY: &str = "Emergency";
/// When it is needed.
pub const EMERGENCY_HINT: &str = "If you cannot tell which secrets have leaked, an owner can revoke all keys of this application at once.";
/// The link to the question.
pub const REVOKE_ALL_LINK: &str = "Revoke all keys…";
/// The question.
pub fn revoke_all(name: &str) -> String {
    format!("Revoke all keys of {name}?")
}
/// What it means.
pub const ALL_CONSEQUENCE: &str = "Every program that calls the API with a key of this application is refused from this moment on. This cannot be undone: each program needs a new key.";
/// Figures of what ends.
pub const ALL_KEYS: &str = "Keys that end";
/// As it says.
pub const ALL_HOUR: &str = "Calls, last hour";
/// The field that keeps a stray click from revoking.
pub const ALL_CONFIRM: &str = "Type the application name to confirm";
/// Something else was typed.
pub fn confirm_all(name: &str) -> String {
    format!("This is not the application’s name. Type “{name}” exactly.")
}
/// The red button.
pub const REVOKE_ALL: &str = "Revoke all keys";

#[cfg(test)]
mod tests {
    use super::refused;

    #[test]
    fn few_calls_have_no_percentage() {
        assert_eq!(refused(0, 5), "none refused");
        assert_eq!(refused(3, 12), "3 of 12 refused");
        assert_eq!(refused(1, 20), "5.0% refused");
        assert_eq!(refused(1, 100_000), "under 0.1% refused");
        assert_eq!(refused(50, 50), "all refused");
        assert_eq!(refused(999, 1_000), "99.9% refused");
    }
}
