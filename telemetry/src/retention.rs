//! Retention periods of usage, decisions and security events, and pruning.

use crate::{Telemetry, report::ID_RETENTION};
use domain::{
    time::{DAY, HOUR, Timestamp},
    usage::{ChartRange, Level},
};
use store::{PruneTarget, StoreError};

/// The retention of hourly breakdowns, which serve windows of up to a week.
const HOURLY_BREAKDOWNS: i64 = 8 * DAY;

/// Retention periods in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Usage by minute.
    pub minutes: i64,
    /// Usage by hour.
    pub hours: i64,
    /// Usage by day.
    pub days: i64,
    /// Daily breakdowns.
    pub breakdowns: i64,
    /// Decisions.
    pub decisions: i64,
    /// Security events, and habits of keys.
    pub events: i64,
    /// The maximal number of stored decisions (not a period).
    pub max_decisions: i64,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            minutes: 48 * HOUR,
            hours: 90 * DAY,
            days: 400 * DAY,
            breakdowns: 90 * DAY,
            decisions: 7 * DAY,
            events: 400 * DAY,
            max_decisions: 1_000_000,
        }
    }
}

impl Retention {
    /// Whether all usage of a range is kept at `now`, from its start on.
    pub(crate) fn covers(self, range: ChartRange, now: Timestamp) -> bool {
        let kept = match range.level {
            Level::Minute => self.minutes,
            Level::Hour => self.hours,
            Level::Day => self.days,
        };
        range.start >= now.floor(range.level.ms()).plus(-kept)
    }

    /// Returns what is pruned, and the instant before which.
    pub(crate) fn expired(self, now: Timestamp) -> impl Iterator<Item = (PruneTarget, Timestamp)> {
        let before = move |level: Level, kept: i64| now.floor(level.ms()).plus(-kept);
        let levels = [
            (Level::Minute, self.minutes),
            (Level::Hour, self.hours),
            (Level::Day, self.days),
        ];
        let numbers = levels.into_iter().flat_map(move |(level, kept)| {
            [PruneTarget::Rollups(level), PruneTarget::Reports(level)]
                .map(|what| (what, before(level, kept)))
        });
        let levels = [
            (Level::Hour, HOURLY_BREAKDOWNS),
            (Level::Day, self.breakdowns),
        ];
        let breakdowns = levels.into_iter().flat_map(move |(level, kept)| {
            [PruneTarget::Breakdowns(level), PruneTarget::Refusals(level)]
                .map(|what| (what, before(level, kept)))
        });
        numbers.chain(breakdowns).chain([
            (PruneTarget::ReportBatches, now.plus(-ID_RETENTION)),
            (PruneTarget::SecurityEvents, now.plus(-self.events)),
            (PruneTarget::Sightings, now.plus(-self.events)),
            (PruneTarget::Throttles, now),
        ])
    }
}

impl Telemetry {
    /// Sets the retention periods; only the first call has an effect.
    pub fn set_retention(&self, retention: Retention) {
        _ = self.retention.set(retention);
    }

    /// Returns the retention periods.
    pub fn retention(&self) -> Retention {
        self.retention.get().copied().unwrap_or_default()
    }

    /// Deletes some data past its retention; returns whether there may be more.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn prune(&self) -> Result<bool, StoreError> {
        let mut more = false;
        for (what, before) in self.retention().expired(self.certain_now()) {
            more |= self.store.prune(what, before).await?;
        }
        more |= self.prune_decisions().await?;
        Ok(more)
    }
}
