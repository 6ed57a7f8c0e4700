//! The overview of an application.

pub const TITLE: &str = "Overview";
pub const BUSIEST: &str = "Busiest keys";
pub const QUIET: &str = "No keys were used in this period.";
pub const ATTENTION: &str = "Needs attention";
/// Open security events are in a notice of their own.
pub const NOTHING: &str = "No key expires soon, is unused or has a high denial rate.";
/// Columns of the busiest keys.
pub const KEY: &str = "Key";
pub const CALLS: &str = "Requests";
pub const DENIED: &str = "Denied";
pub const REFUSALS: &str = "High denial rate";
pub const ALL: &str = "Show all";

/// The start of the period that is counted.
pub fn since(instant: &str) -> String {
    format!("Requests since {instant}.")
}

/// The heading of the keys with a condition; `notable` is its value in links.
pub fn kind(notable: &str) -> &'static str {
    match notable {
        "expires-soon" => "Expires within 7 days",
        "not-confirmed" => "Secret not saved",
        "never-used" => "Never used",
        "idle" => "Unused for 90 days",
        _ => "Needs attention",
    }
}

/// The accessible name of [`ALL`] beneath the keys with a condition.
pub fn all(kind: &str) -> String {
    format!("{ALL}: {}", crate::words::usage::within_a_sentence(kind))
}
