//! Regenerating a secret, and the overlap of both keys.

use domain::{
    time::{DAY, HOUR, MINUTE, Timestamp, rounded_count},
    usage::rotation::{IDLE_MARGIN, IdleTime},
};

/// The title of the dialog, and its button.
pub const TITLE: &str = "Regenerate secret";
pub const LEAD: &str = "Creates a new API key and secret with the same settings. The old pair keeps working until the time you choose.";
pub const COMPROMISED: &str = "This secret may be compromised";
pub const COMPROMISED_HINT: &str = "Stops the old key immediately unless you pick a time.";
/// The label of the time.
pub const ENDS: &str = "Old key stops working";
/// The default; without JavaScript it is now if [`COMPROMISED`] is selected.
pub const USUAL: &str = "In 24 hours (recommended)";
pub const CUSTOM: &str = "Custom";
pub const HOURS: &str = "Hours";
pub const HOURS_HINT: &str = "Up to 720 hours (30 days).";
/// Followed by the expiration of the old key.
pub const OWN_END: &str = "At the latest when it expires: ";
/// The title of the dialog if the key cannot be regenerated.
pub const REFUSED: &str = "This secret can't be regenerated";
pub const REPLACED: &str = "This key was already rotated. Rotate its replacement instead.";
pub const REVOKED: &str = "This key is revoked. Create a new key instead.";
pub const LOOK_AT_NEW: &str = "View replacement";
/// The title of the dialog after the same form was submitted twice.
pub const SENT_BEFORE: &str = "This key was already created";
pub const SENT_BEFORE_LEAD: &str = "Its secret was shown once and can't be shown again.";
pub const LOOK: &str = "View key";

/// Beside the new secret: “Replace both the API key and the secret in your app.”
pub const REPLACE: &str = "Replace ";
pub const BOTH_PARTS: &str = "both";
pub const IN_YOUR_APP: &str = " the API key and the secret in your app. ";

/// How long the old key works; `None` if it has stopped working.
pub fn old_pair(works_until: Option<Timestamp>) -> String {
    match works_until {
        Some(at) => format!(
            "The old pair works until {}; its page shows who still uses it.",
            at.readable()
        ),
        None => "The old pair has stopped working; its page shows who still uses it.".to_owned(),
    }
}

/// The heading on the old key's page while both work.
pub const RETIRING: &str = "This key is being replaced";
/// The heading on the old key's page afterwards.
pub const RETIRED: &str = "This key was replaced";
/// Followed by a relative and an absolute time.
pub const STOPS: &str = "Stops working ";
/// Followed by a relative time.
pub const STOPPED: &str = "Stopped working ";
/// The title of the chart, followed by the span of a bar.
pub const BOTH: &str = "Accepted requests";
pub const WITH_NEW: &str = "With the new secret";
pub const WITH_OLD: &str = "With the old secret";
/// The caption of the table of both keys.
pub const TRAFFIC: &str = "Requests since the secret was regenerated";
pub const KEY: &str = "Key";
pub const ACCEPTED: &str = "Accepted";
pub const REFUSED_CALLS: &str = "Denied";
pub const THIS: &str = "This key (old)";
pub const SUCCESSOR: &str = "New key";
/// Followed by the client of the last accepted request.
pub const LAST_CALLER: &str = "Last request with the old key";
pub const NEVER: &str = "Never used";
pub const SAFE: &str = "Safe to stop";
pub const IN_USE: &str = "Still in use";
pub const END_NOW: &str = "Stop old key now";
/// The form for another time.
pub const MOVE: &str = "Reschedule";
pub const MOVE_LABEL: &str = "Stop on";
pub const MOVE_HINT: &str = "Up to 30 days after rotation. Extending requires your password.";

/// A duration, rounded: minutes up to an hour, hours up to two days, then days: `3 hours`.
pub fn length(ms: i64) -> String {
    let (unit, name) = match ms {
        ms if rounded_count(ms, MINUTE) < 60 => (MINUTE, "minute"),
        ms if rounded_count(ms, HOUR) < 48 => (HOUR, "hour"),
        _ => (DAY, "day"),
    };
    let count = rounded_count(ms, unit);
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {name}{plural}")
}

/// Why it is safe to stop the old key, or when it will be.
pub fn quiet(quiet: IdleTime) -> String {
    let Some(idle) = quiet.since_last_call_ms else {
        return "No request was ever accepted.".into();
    };
    let required = length(quiet.longest_gap_ms + IDLE_MARGIN);
    let rule = if quiet.longest_gap_ms == 0 {
        ""
    } else {
        ": one hour longer than its longest gap in 30 days"
    };
    if quiet.safe_to_retire() {
        format!("No requests for {required}{rule}.")
    } else {
        format!(
            "Last request {} ago. Safe to stop after {required} without requests{rule}.",
            length(idle)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_required_idle_time_is_an_hour_longer_than_the_longest_gap() {
        let text = |idle: Option<i64>, gap: i64| {
            quiet(IdleTime {
                since_last_call_ms: idle,
                longest_gap_ms: gap,
            })
        };
        assert_eq!(
            text(Some(5 * HOUR), 4 * HOUR),
            "No requests for 5 hours: one hour longer than its longest gap in 30 days."
        );
        assert_eq!(
            text(Some(2 * HOUR), 4 * HOUR),
            "Last request 2 hours ago. Safe to stop after 5 hours without requests: one hour longer than its longest gap in 30 days."
        );
        assert_eq!(text(Some(HOUR), 0), "No requests for 1 hour.");
        assert_eq!(text(None, 0), "No request was ever accepted.");
    }

    #[test]
    fn the_old_pair_has_an_end() {
        let at = Timestamp::from_date(2026, 11, 30);
        assert_eq!(
            old_pair(at),
            "The old pair works until 30 Nov 2026, 00:00 UTC; its page shows who still uses it."
        );
        assert!(old_pair(None).starts_with("The old pair has stopped working; "));
    }
}
