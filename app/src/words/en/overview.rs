//! The overview of an application.

/// The page.
pub const TITLE: &str = "Overview";
/// Beneath it.
pub const LEAD: &str = "How the application’s keys are doing, and which of them are worth a look.";
/// Its chart.
pub const CALLS: &str = "Calls with all keys";
/// Keys with the most calls.
pub const BUSIEST: &str = "Busiest keys";
/// Where there are none.
pub const QUIET: &str = "No key has been used since then.";
/// Keys that want something done.
pub const ATTENTION: &str = "Keys that need attention";
/// Where there are none.
pub const NOTHING: &str = "Nothing needs to be done.";
/// More refusals than is normal.
pub const REFUSALS: &str = "Many refusals";
/// The rest of a list.
pub const ALL: &str = "Show all";
/// Since when calls are counted.
pub fn since(instant: &str) -> String {
    format!("Calls since {instant}.")
}

/// What is said of keys of a kind, by its value in links.
pub fn kind(notable: &str) -> &'static str {
    match notable {
        "expires-soon" => "Ends within 7 days",
        "not-confirmed" => "Secret not confirmed",
        "never-used" => "Never used",
        "idle" => "Idle for 90 days or more",
        _ => "Worth a look",
    }
}
