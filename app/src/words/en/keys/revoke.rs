//! The dialog that confirms a revocation.

use crate::words::number::grouped;

/// The title of the dialog.
pub fn title(name: &str) -> String {
    format!("Revoke {name}?")
}
pub const CONSEQUENCE: &str =
    "Requests that use this key will fail immediately. You can't undo this.";
pub const LAST_USED: &str = "Last used";
pub const NEVER: &str = "Never used";
pub const CONFIRM: &str = "Type the key name to confirm";
/// The error if something else was typed.
pub fn wrong_name(name: &str) -> String {
    format!("That doesn't match the key name. Type “{name}” exactly.")
}
pub const REASON: &str = "Reason";
pub const REASON_HINT: &str = "Optional. Shown in the key's history.";
pub const REVOKE: &str = "Revoke key";
/// The accessible name of the impact preview.
pub const IMPACT: &str = "Requests that would fail";
pub const DAY: &str = "Last 24 hours";
pub const WEEK: &str = "Last 7 days";
pub const QUIET: &str = "No requests were accepted in the last 7 days.";

/// The number of accepted requests in the last minute.
pub fn last_minute(calls: i64) -> String {
    format!(
        "This key is in use: {} in the last minute.",
        crate::words::list::calls(calls)
    )
}

/// The number of accepted requests, after [`DAY`] or [`WEEK`].
pub fn accepted(calls: i64) -> String {
    format!(": {} accepted", grouped(calls))
}

#[cfg(test)]
mod tests {
    use super::last_minute;

    #[test]
    fn the_requests_of_the_last_minute_are_counted() {
        assert_eq!(
            last_minute(1),
            "This key is in use: 1 request in the last minute."
        );
        assert!(last_minute(1_200).contains(" 1,200 requests "));
    }
}
