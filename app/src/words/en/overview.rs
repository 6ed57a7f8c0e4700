//! The overview of an application.

pub const TITLE: &str = "Overview";
pub const LEAD: &str = "How your keys are used, and which ones need attention.";
/// The title of the chart, followed by the span of a bar.
pub const CALLS: &str = "Requests";
pub const BUSIEST: &str = "Busiest keys";
pub const QUIET: &str = "No keys were used in this period.";
pub const ATTENTION: &str = "Keys that need attention";
pub const NOTHING: &str = "Nothing needs attention.";
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
        "not-confirmed" => "Secret not confirmed",
        "never-used" => "Never used",
        "idle" => "Unused for 90 days",
        _ => "Needs attention",
    }
}
