//! The page of one key.

use domain::usage::breakdown::Dimension;

/// The parts of the page.
pub const DETAILS: &str = "Details";
/// Calls over time.
pub const USAGE: &str = "Usage";
/// The name of its chart.
pub const CALLS: &str = "Calls with this key";
/// Single calls with it.
pub const RECENT: &str = "Recent requests";
/// The scopes.
pub const MAY: &str = "What it may do";
/// What was done.
pub const HISTORY: &str = "History";
/// What is worth a moment.
pub const SUGGESTIONS: &str = "Suggestions";
/// The name of a page that cannot be shown.
pub const KEY: &str = "API key";

/// The facts.
pub const ENVIRONMENT: &str = "Environment";
/// What it is for.
pub const DESCRIPTION: &str = "Description";
/// From where.
pub const ADDRESSES: &str = "Allowed IP addresses";
/// From anywhere.
pub const ANY_ADDRESS: &str = "Any address";
/// How often.
pub const RATE_LIMIT: &str = "Rate limit";
/// As often as one likes.
pub const NO_LIMIT: &str = "None";
/// When, by whom.
pub const CREATED: &str = "Created";
/// When, from where.
pub const LAST_USED: &str = "Last used";
/// When it ends.
pub const EXPIRES: &str = "Expires";
/// Never.
pub const NEVER: &str = "Never";
/// Where it stands.
pub const STATUS: &str = "Status";
/// All of them, in a row.
pub const SCOPES: &str = "Scopes";
/// Its successor.
pub const REPLACED_BY: &str = "Replaced by";
/// Its predecessor.
pub const REPLACES: &str = "Replaces";
/// Until when an old key works.
pub const RETIRES: &str = "Old secret ends";
/// Beside a scope.
pub const NEVER_USED: &str = "never used";
/// Beneath the scopes.
pub const NOT_WATCHED: &str =
    "No call has asked for a scope yet, so nothing is known of what it uses.";

/// Since when it is known which scopes are used.
pub fn watched_since(day: &str) -> String {
    format!("“{NEVER_USED}”: no call has asked for it since {day}.")
}

/// The words before the beginning of a breakdown.
pub const SINCE: &str = "Counted since ";
/// Behind it.
pub const PROVEN: &str =
    ". Only calls with the right secret are told apart; of refusals, all count.";
/// All other values.
pub const OTHERS: &str = "All others";
/// What the others may contain.
pub const ABOUT_OTHERS: &str = "The 32 most frequent values of each hour or day are counted separately. \
     The number beside a value is never too high; it may be too low by up to 3.2% of all calls, which are then under “All others”.";
/// Those that passed.
pub const ACCEPTED: &str = "Accepted";
/// Those that did not.
pub const REFUSED: &str = "Refused";

/// The name of a breakdown.
pub const fn by(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Address => "By address",
        Dimension::Route => "By route",
        Dimension::Scope => "By scope",
        Dimension::UserAgent => "By user agent",
        Dimension::Refusal => "By refusal",
    }
}

/// What stands where there is no value.
pub const fn nothing(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Address => "Unknown address",
        Dimension::Route => "Unknown route",
        Dimension::Scope => "No scope asked for",
        Dimension::UserAgent => "No user agent",
        Dimension::Refusal => "No code",
    }
}

/// What an action on a resource allows.
pub fn may(action: &str) -> &str {
    match action {
        "read" => "read",
        "create" => "create",
        "update" => "change",
        "delete" => "delete",
        other => other,
    }
}
