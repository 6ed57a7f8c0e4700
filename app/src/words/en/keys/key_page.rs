//! The tabs and cards of a key's page.

use crate::words::{number::grouped, usage};
use domain::security::EventKind;

/// The name of the tabs.
pub const TABS: &str = "Sections of this key";
/// A tab.
pub const OVERVIEW: &str = "Overview";
/// A tab.
pub const REQUESTS: &str = "Requests";
/// A tab.
pub const SECURITY: &str = "Security";
/// A tab.
pub const HISTORY: &str = "History";

/// The name of a tab with the number of open security events, for screen readers.
pub fn security_label(open: i64) -> String {
    match open {
        0 => SECURITY.to_owned(),
        1 => format!("{SECURITY}, 1 open event"),
        open => format!("{SECURITY}, {} open events", grouped(open)),
    }
}

/// The meaning of an open critical event.
pub const fn critical(kind: EventKind) -> &'static str {
    match kind {
        EventKind::AddressNotAllowed => {
            "This secret is used from an IP address that you don’t allow."
        }
        EventKind::FromBrowser => "A browser sends this secret, where anyone can read it.",
        EventKind::RevokedUsed => "This key is revoked, and its secret is still in use.",
        other => other.title(),
    }
}

/// The link to the security events of a key.
pub const VIEW_EVENTS: &str = "View events";

/// A figure.
pub const REQUESTS_24H: &str = "Requests, 24 h";
/// A figure.
pub const DENIED: &str = "Denied";
/// A figure.
pub const LAST_USED: &str = "Last used";
/// A figure.
pub const EXPIRES: &str = "Expires";
/// The same for a key that has expired.
pub const EXPIRED: &str = "Expired";
/// The same for a key that is revoked.
pub const REVOKED: &str = "Revoked";
/// The same for a key that is being replaced.
pub const STOPS: &str = "Stops working";
/// Instead of a time.
pub const NEVER: &str = "Never";
/// Instead of a share of no requests.
pub const NO_SHARE: &str = "–";

/// The change of the requests from the day before.
pub fn change(calls: i64, before: i64) -> String {
    usage::change(calls, before, "the day before")
}

/// The most frequent code of the denied requests.
pub fn mostly(code: &str) -> String {
    format!("Mostly {code}")
}

/// The card with suggestions.
pub const RECOMMENDED: &str = "Recommended";
/// The card with scopes and limits.
pub const ACCESS: &str = "Access";
/// The card with the other facts.
pub const DETAILS: &str = "Details";
/// The name of the scopes.
pub const SCOPES: &str = "Scopes";
/// A link.
pub const EDIT_SCOPES: &str = "Edit scopes";
/// A link.
pub const EDIT_ALLOWLIST: &str = "Edit IP allowlist";
/// A link.
pub const EDIT_RATE_LIMIT: &str = "Edit rate limit";
/// Beside a scope.
pub const UNUSED: &str = "unused";

/// What `unused` means.
pub fn unused_since(day: &str) -> String {
    format!("Unused: not needed by any request since {day}.")
}

/// What opens the scopes that are not listed at first.
pub fn more_scopes(count: usize) -> String {
    match count {
        1 => "1 more scope".to_owned(),
        count => format!("{count} more scopes"),
    }
}

/// A fact.
pub const ALLOWLIST: &str = "IP allowlist";
/// No restriction.
pub const ANY_IP: &str = "Any IP address";
/// A fact.
pub const RATE_LIMIT: &str = "Rate limit";
/// No rate limit.
pub const NO_LIMIT: &str = "None";
/// A fact.
pub const ENVIRONMENT: &str = "Environment";
/// A fact.
pub const CREATED: &str = "Created";
/// Who created a key.
pub fn by(name: &str) -> String {
    format!("by {name}")
}

/// A fact.
pub const NOTE: &str = "Note";
/// A fact.
pub const LAST_REQUEST: &str = "Last request";
/// A fact.
pub const REPLACES: &str = "Replaces";
/// A fact.
pub const REPLACED_BY: &str = "Replaced by";

/// The charts.
pub const CHARTS: &str = "Chart";
/// The chart of the outcomes.
pub const GATE: &str = "Gate";
/// The chart of what services reported.
pub const RESPONSES: &str = "Responses";

/// The card with the breakdown, and the name of its tabs.
pub const BREAKDOWN: &str = "Breakdown";

/// Beside an address that the allowlist contains.
pub const ALLOWED: &str = "allowed";
/// A breakdown without values.
pub const NO_VALUES: &str = "No requests in this period.";
/// The link to all rows.
pub const SHOW_ALL: &str = "Show all";
/// And back.
pub const SHOW_LESS: &str = "Show less";
/// Opens the notes on how the numbers are counted.
pub const ABOUT: &str = "About these numbers";

/// The tab with security events.
pub const EVENTS: &str = "Security events of this key";
/// Which events are listed.
pub const EVENT_STATES: &str = "Which events";
/// Those that are not acknowledged.
pub const OPEN_EVENTS: &str = "Open";
/// Those too that are.
pub const ALL_EVENTS: &str = "All";
/// No events.
pub const NO_EVENTS: &str = "No security events";
/// No open events.
pub const NO_OPEN_EVENTS: &str = "No open security events";
