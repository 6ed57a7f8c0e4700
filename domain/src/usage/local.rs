//! Local times of a chart: the server sends the UTC offsets in the chart's range, so that pages need no time zone database.

use crate::time::{SECOND, Timestamp};
use serde::{Deserialize, Serialize};

/// The UTC offsets of a time zone in the range of a chart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneOffsets {
    /// The name of the time zone.
    pub zone: String,
    /// (Start, seconds ahead of UTC), oldest first.
    pub offsets: Vec<(Timestamp, i32)>,
}

impl ZoneOffsets {
    /// Returns UTC without offsets.
    pub fn utc() -> Self {
        Self {
            zone: "UTC".into(),
            offsets: Vec::new(),
        }
    }

    /// Returns the local time, as if it were UTC. Before the first offset, the first one applies.
    pub fn to_local(&self, at: Timestamp) -> Timestamp {
        let offset = self
            .offsets
            .iter()
            .rev()
            .find(|(since, _)| *since <= at)
            .or_else(|| self.offsets.first())
            .map_or(0, |(_, seconds)| i64::from(*seconds));
        at.plus(offset * SECOND)
    }

    /// Formats the local time as `23 Nov 2026, 15:05`, without the name of the zone.
    pub fn readable(&self, at: Timestamp) -> String {
        let text = self.to_local(at).readable();
        text.trim_end_matches(" UTC").to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::HOUR;

    #[test]
    fn an_offset_applies_from_its_start() {
        // The end of summer time in Berlin, 25 October 2026.
        let change = Timestamp(1_792_890_000_000);
        let berlin = ZoneOffsets {
            zone: "Europe/Berlin".into(),
            offsets: vec![(change.plus(-24 * HOUR), 7_200), (change, 3_600)],
        };
        assert_eq!(berlin.readable(change.plus(-1)), "25 Oct 2026, 02:59");
        assert_eq!(berlin.readable(change), "25 Oct 2026, 02:00");
        assert_eq!(berlin.to_local(Timestamp(0)), Timestamp(7_200_000));
        assert_eq!(ZoneOffsets::utc().readable(change), "25 Oct 2026, 01:00");
    }
}
