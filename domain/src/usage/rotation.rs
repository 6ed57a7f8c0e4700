//! The use of a key whose secret was regenerated, beside that of the new key.

use super::{Bucket, Series, local::ZoneOffsets};
use crate::time::{HOUR, Timestamp};
use serde::{Deserialize, Serialize};

/// An old secret counts as unused once it has been idle this many milliseconds longer than its longest gap between calls.
pub const IDLE_MARGIN: i64 = HOUR;

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
    use crate::time::DAY;

    const NOW: Timestamp = Timestamp(20_780 * DAY);

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
