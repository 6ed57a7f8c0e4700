//! The question before a revocation.

/// What happens.
pub const CONSEQUENCE: &str =
    "Every program that uses this key is refused from this moment on. This cannot be undone.";
/// The fact at the top.
pub const LAST_USED: &str = "Last used";
/// It never was.
pub const NEVER: &str = "Never: nothing is known to depend on this key.";
/// What is typed.
pub const CONFIRM: &str = "Type the key name to confirm";
/// Why.
pub const REASON: &str = "Reason";
/// What becomes of it.
pub const REASON_HINT: &str = "Such as “leaked in a ticket”. It stands in the key’s history.";
/// The way back.
pub const CANCEL: &str = "Cancel";
/// The button.
pub const REVOKE: &str = "Revoke key";
/// The group of numbers.
pub const IMPACT: &str = "What would be refused";
/// The days.
pub const DAY: &str = "Last 24 hours";
/// The week.
pub const WEEK: &str = "Last 7 days";
/// Nothing lately.
pub const QUIET: &str = "No call was accepted in the last 7 days.";

/// Calls of the last minute.
pub fn last_minute(calls: i64) -> String {
    let noun = if calls == 1 { "call" } else { "calls" };
    format!("{calls} {noun} in the last minute: something still uses it.")
}

/// A number of accepted calls.
pub fn accepted(calls: &str) -> String {
    format!(": {calls} accepted")
}
