//! Regeneration of a key: the grace period of the old secret and the progress of the rotation.

use super::{
    KeySummary,
    expiry::Expiry,
    state::{IllegalTransition, State},
};
use crate::{
    Invalid,
    time::{DAY, HOUR, Timestamp},
    usage::{Bucket, Series, local::ZoneOffsets},
};
use serde::{Deserialize, Serialize};

/// The options of the select box, as (value for [`GracePeriod::parse`], label, milliseconds).
pub const CHOICES: [(&str, &str, i64); 5] = [
    ("now", "Now", 0),
    ("1h", "In 1 hour", HOUR),
    ("24h", "In 24 hours", DAY),
    ("3d", "In 3 days", 3 * DAY),
    ("7d", "In 7 days", 7 * DAY),
];

/// The option with a separate number of hours.
pub const CUSTOM: &str = "custom";

/// The preselected option.
pub const DEFAULT_CHOICE: &str = "24h";

/// An old secret works at most this many milliseconds after the regeneration.
pub const MAX_GRACE: i64 = 30 * DAY;

/// An old secret counts as unused once it has been idle this many milliseconds longer than its longest gap between calls.
pub const IDLE_MARGIN: i64 = HOUR;

/// The options of a regeneration.
#[derive(Clone, Copy, Debug)]
pub struct Regeneration {
    /// How long the old secret keeps working.
    pub grace_period: GracePeriod,
    /// The expiry of the new key.
    pub expiry: Expiry,
    /// Whether the old secret may be compromised.
    pub compromised: bool,
}

/// How long an old secret keeps working, counted from the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GracePeriod {
    /// Milliseconds; zero ends the old secret immediately.
    pub grace: i64,
}

impl GracePeriod {
    /// The old secret ends immediately.
    pub const NOW: Self = Self { grace: 0 };

    /// Parses the select box and, for [`CUSTOM`], the number of hours. An empty option means now if the secret may be
    /// compromised, otherwise in 24 hours.
    ///
    /// # Errors
    /// If the option is unknown, or the hours are not an integer from 1 to 720.
    pub fn parse(choice: &str, hours: &str, compromised: bool) -> Result<Self, Invalid> {
        let choice = match (choice, compromised) {
            ("", true) => "now",
            ("", false) => DEFAULT_CHOICE,
            (choice, _) => choice,
        };
        let grace = if choice == CUSTOM {
            hours
                .trim()
                .parse::<i64>()
                .ok()
                .filter(|hours| (1..=MAX_GRACE / HOUR).contains(hours))
                .map(|hours| hours * HOUR)
                .ok_or_else(|| {
                    Invalid::new("Enter a whole number of hours from 1 to 720 (30 days).")
                })?
        } else {
            CHOICES
                .iter()
                .find(|row| row.0 == choice)
                .map(|row| row.2)
                .ok_or_else(|| Invalid::new("Choose when the old key stops working."))?
        };
        Ok(Self { grace })
    }

    /// Returns when the old secret of a key regenerated at `since` stops working: at the latest when the key expires.
    ///
    /// # Errors
    /// If that is more than 30 days after the regeneration.
    pub fn end(
        self,
        since: Timestamp,
        expires_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Timestamp, Invalid> {
        let end = now.plus(self.grace);
        let end = expires_at.map_or(end, |expiry| end.min(expiry));
        if end.since(since) > MAX_GRACE {
            return Err(Invalid(format!(
                "The old key can work for up to 30 days after rotation. Choose a time before {}.",
                since.plus(MAX_GRACE).readable()
            )));
        }
        Ok(end)
    }
}

impl KeySummary {
    /// Checks that the secret can be regenerated.
    ///
    /// # Errors
    /// If the key is revoked, or its secret was already regenerated.
    pub const fn may_regenerate(&self) -> Result<(), IllegalTransition> {
        match (&self.state, self.replaced_by) {
            (State::Revoked { .. }, _) => Err(IllegalTransition::Revoked),
            (_, Some(_)) => Err(IllegalTransition::Replaced),
            _ => Ok(()),
        }
    }
}

/// The progress of a rotation: the old and the new key since the regeneration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotation {
    /// The time of the regeneration.
    pub since: Timestamp,
    /// Calls with the old key since then.
    pub old: Bucket,
    /// Calls with the new key since then.
    pub new: Bucket,
    /// The calls of both keys over time, while the old secret is retiring.
    pub usage: Option<RotationUsage>,
    /// Whether the old secret is still in use.
    pub idle_time: IdleTime,
    /// The time of this reading.
    pub now: Timestamp,
}

/// The calls of the old and the new key over time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotationUsage {
    /// Calls with the old key.
    pub old: Series,
    /// Calls with the new key, over the same range.
    pub new: Series,
    /// The time zone of the chart.
    pub local: ZoneOffsets,
}

/// How long an old key has been idle, and its longest gap between calls before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdleTime {
    /// Milliseconds since the last accepted call; `None` if the key was never used.
    pub since_last_call_ms: Option<i64>,
    /// The longest gap between hours with calls, in milliseconds, in the days before the regeneration; zero if none.
    pub longest_gap_ms: i64,
}

impl IdleTime {
    /// Computes the idle time. `hours` are the starts of the hours with an accepted call before the regeneration, oldest
    /// first.
    pub fn of(
        hours: impl IntoIterator<Item = Timestamp>,
        last_call: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        let mut before: Option<Timestamp> = None;
        let mut longest_gap_ms = 0;
        for hour in hours {
            // Consecutive hours are not a gap.
            if let Some(gap) = before
                .map(|before| hour.since(before))
                .filter(|gap| *gap > HOUR)
            {
                longest_gap_ms = longest_gap_ms.max(gap);
            }
            before = Some(hour);
        }
        Self {
            since_last_call_ms: last_call.map(|last| now.since(last)),
            longest_gap_ms,
        }
    }

    /// Whether the key has been idle for an hour longer than its longest gap, or was never used.
    pub fn safe_to_retire(self) -> bool {
        self.since_last_call_ms
            .is_none_or(|idle| idle >= self.longest_gap_ms + IDLE_MARGIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(20_780 * DAY);

    #[test]
    fn the_options_are_hours_and_days() {
        let hours = CHOICES.map(|(_, _, duration)| duration / HOUR);
        assert_eq!(hours, [0, 1, 24, 72, 168]);
    }

    #[test]
    fn only_offered_options_are_parsed() {
        for (choice, _, grace) in CHOICES {
            assert_eq!(
                GracePeriod::parse(choice, "", false),
                Ok(GracePeriod { grace })
            );
        }
        assert_eq!(
            GracePeriod::parse(CUSTOM, " 720 ", false),
            Ok(GracePeriod { grace: MAX_GRACE })
        );
        for hours in ["", "0", "-1", "721", "1.5", "many"] {
            assert!(GracePeriod::parse(CUSTOM, hours, false).is_err(), "{hours}");
        }
        assert!(GracePeriod::parse("8d", "", false).is_err());
    }

    #[test]
    fn a_compromised_secret_ends_immediately_by_default() {
        assert_eq!(GracePeriod::parse("", "", true), Ok(GracePeriod::NOW));
        assert_eq!(
            GracePeriod::parse("", "", false),
            Ok(GracePeriod { grace: DAY })
        );
        assert_eq!(
            GracePeriod::parse("1h", "", true),
            Ok(GracePeriod { grace: HOUR })
        );
    }

    #[test]
    fn an_old_secret_ends_when_its_key_expires_and_within_30_days() {
        let week = GracePeriod { grace: 7 * DAY };
        assert_eq!(week.end(NOW, None, NOW), Ok(NOW.plus(7 * DAY)));
        assert_eq!(week.end(NOW, Some(NOW.plus(DAY)), NOW), Ok(NOW.plus(DAY)));
        assert!(week.end(NOW.plus(-24 * DAY), None, NOW).is_err());
        assert_eq!(
            week.end(NOW.plus(-23 * DAY), None, NOW),
            Ok(NOW.plus(7 * DAY))
        );
    }

    #[test]
    fn an_old_key_is_safe_to_retire_once_idle_an_hour_longer_than_its_longest_gap() {
        let hours = |hours: &[i64]| hours.iter().map(|n| NOW.plus(n * HOUR)).collect::<Vec<_>>();
        let busy = |idle: i64| IdleTime::of(hours(&[-30, -29, -28]), Some(NOW.plus(-idle)), NOW);
        assert!(!busy(HOUR - 1).safe_to_retire());
        assert!(busy(HOUR).safe_to_retire());
        let nightly = |idle: i64| IdleTime::of(hours(&[-72, -48, -24]), Some(NOW.plus(-idle)), NOW);
        assert_eq!(nightly(HOUR).longest_gap_ms, 24 * HOUR);
        assert!(!nightly(25 * HOUR - 1).safe_to_retire());
        assert!(nightly(25 * HOUR).safe_to_retire());
        assert!(
            IdleTime::of([], None, NOW).safe_to_retire(),
            "it was never used"
        );
    }

    #[test]
    fn a_custom_grace_period_has_1_to_720_hours() {
        for (hours, grace) in [("1", HOUR), ("2", 2 * HOUR), ("720", 720 * HOUR)] {
            assert_eq!(
                GracePeriod::parse(CUSTOM, hours, true),
                Ok(GracePeriod { grace })
            );
        }
        assert_eq!(MAX_GRACE, 2_592_000_000);
    }

    #[test]
    fn consecutive_hours_with_calls_are_not_a_gap() {
        let gap = |hours: &[i64]| {
            let hours = hours.iter().map(|n| NOW.plus(n * HOUR));
            IdleTime::of(hours, Some(NOW.plus(-5)), NOW)
        };
        assert_eq!(gap(&[-3, -2, -1]).longest_gap_ms, 0);
        assert_eq!(gap(&[-3, -1]).longest_gap_ms, 2 * HOUR);
        assert_eq!(gap(&[-9, -4, -2, -1]).longest_gap_ms, 5 * HOUR);
        assert_eq!(gap(&[]).since_last_call_ms, Some(5));
    }
}
