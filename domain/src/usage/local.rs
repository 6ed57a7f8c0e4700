//! Times of a chart in a zone: a server knows the rules, a page needs no more than how far the clocks are ahead.

use crate::time::{SECOND, Timestamp};
use serde::{Deserialize, Serialize};

/// A time zone as far as a chart reaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Local {
    /// Its name.
    pub zone: String,
    /// Since when its clocks are so many seconds ahead of UTC, the oldest first.
    pub ahead: Vec<(Timestamp, i32)>,
}

impl Local {
    /// Universal time.
    pub fn utc() -> Self {
        Self {
            zone: "UTC".into(),
            ahead: Vec::new(),
        }
    }

    /// What the zone's clocks show, as if it were UTC.
    pub fn shifted(&self, at: Timestamp) -> Timestamp {
        let ahead = self
            .ahead
            .iter()
            .rev()
            .find(|(since, _)| *since <= at)
            .or_else(|| self.ahead.first())
            .map_or(0, |(_, seconds)| i64::from(*seconds));
        at.plus(ahead * SECOND)
    }

    /// `23 Nov 2026, 15:05`, without the zone's name.
    pub fn readable(&self, at: Timestamp) -> String {
        let text = self.shifted(at).readable();
        text.trim_end_matches(" UTC").to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::HOUR;

    #[test]
    fn clocks_are_ahead_since_an_instant() {
        // The end of summer time in Berlin, 25 October 2026.
        let change = Timestamp(1_792_890_000_000);
        let berlin = Local {
            zone: "Europe/Berlin".into(),
            ahead: vec![(change.plus(-24 * HOUR), 7_200), (change, 3_600)],
        };
        assert_eq!(berlin.readable(change.plus(-1)), "25 Oct 2026, 02:59");
        assert_eq!(berlin.readable(change), "25 Oct 2026, 02:00");
        // Before it is known, the first is as good as any.
        assert_eq!(berlin.shifted(Timestamp(0)), Timestamp(7_200_000));
        assert_eq!(Local::utc().readable(change), "25 Oct 2026, 01:00");
    }
}
