//! How long it is kept what calls became, and forgetting what is older.

use crate::{Keyring, KeyringError, report::REMEMBERED};
use domain::time::{DAY, HOUR, MINUTE, Timestamp};
use store::Old;

/// How long it is kept, by the hour, what calls had in common: for windows of a week and less.
const COMMON_BY_HOUR: i64 = 8 * DAY;

/// How long numbers are kept, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// By the minute.
    pub minutes: i64,
    /// By the hour.
    pub hours: i64,
    /// By the day.
    pub days: i64,
    /// What calls had in common, by the day.
    pub breakdowns: i64,
    /// Single decisions.
    pub decisions: i64,
    /// Security events, and what is familiar about keys.
    pub events: i64,
    /// How many decisions are kept at most; this is their number.
    pub most_decisions: i64,
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
            most_decisions: 1_000_000,
        }
    }
}

impl Retention {
    /// What is forgotten, and before when.
    pub(crate) fn old(self, now: Timestamp) -> impl Iterator<Item = (Old, Timestamp)> {
        let before = move |span: i64, kept: i64| now.floor(span).plus(-kept);
        let levels = [(MINUTE, self.minutes), (HOUR, self.hours), (DAY, self.days)];
        let numbers = levels.into_iter().flat_map(move |(span, kept)| {
            [Old::Calls(span), Old::Reports(span)].map(|what| (what, before(span, kept)))
        });
        numbers.chain([
            (Old::Common(HOUR), before(HOUR, COMMON_BY_HOUR)),
            (Old::Common(DAY), before(DAY, self.breakdowns)),
            (Old::Batches, now.plus(-REMEMBERED)),
            (Old::Events, now.plus(-self.events)),
            (Old::Sightings, now.plus(-self.events)),
        ])
    }
}

impl Keyring {
    /// Sets how long numbers are kept; the first call counts.
    pub fn keep(&self, retention: Retention) {
        _ = self.retention.set(retention);
    }

    /// How long numbers are kept.
    pub fn retention(&self) -> Retention {
        self.retention.get().copied().unwrap_or_default()
    }

    /// Forgets a little of what is too old; whether there may be more.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn forget_some(&self) -> Result<bool, KeyringError> {
        let mut more = false;
        for (what, before) in self.retention().old(self.certain_now()) {
            more |= self.store.forget_usage(what, before).await?;
        }
        more |= self.forget_decisions().await?;
        Ok(more)
    }
}
