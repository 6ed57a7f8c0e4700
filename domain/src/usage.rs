//! Usage over time: outcomes, windows, buckets and series.

pub mod breakdown;
pub mod chart;
pub mod last_day;
pub mod local;
pub mod overview;
pub mod range;
pub mod reported;
pub mod rotation;
pub mod top_values;

pub use range::ChartRange;

use crate::{
    id::ApplicationId,
    key::token::KeyId,
    time::{DAY, HOUR, MINUTE, Timestamp},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The outcome of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Outcome {
    Accepted,
    /// Refused for any reason but the rate limit.
    Refused,
    RateLimited,
}

impl Outcome {
    /// All outcomes, in the order of the charts.
    pub const ALL: [Self; 3] = [Self::Accepted, Self::Refused, Self::RateLimited];

    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::RateLimited => "rate_limited",
        }
    }

    /// Parses the output of [`Outcome::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|outcome| outcome.as_str() == text)
    }
}

/// The subject of usage counts: a key, or all keys of an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Subject {
    Key(KeyId),
    Application(ApplicationId),
}

/// The stored text: the id of the key or the application.
impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(id) => id.fmt(f),
            Self::Application(id) => id.fmt(f),
        }
    }
}

impl From<KeyId> for Subject {
    fn from(id: KeyId) -> Self {
        Self::Key(id)
    }
}

impl From<ApplicationId> for Subject {
    fn from(id: ApplicationId) -> Self {
        Self::Application(id)
    }
}

/// A level of the usage rollups: the length of the stored buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Level {
    Minute,
    Hour,
    Day,
}

impl Level {
    /// All levels, finest first.
    pub const ALL: [Self; 3] = [Self::Minute, Self::Hour, Self::Day];

    /// Returns the length of a bucket in milliseconds, which is also the stored value.
    pub const fn ms(self) -> i64 {
        match self {
            Self::Minute => MINUTE,
            Self::Hour => HOUR,
            Self::Day => DAY,
        }
    }
}

/// A time window that ends now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Window {
    /// One hour in bars of a minute.
    Hour,
    /// 24 hours in bars of 15 minutes.
    #[default]
    Day,
    /// 7 days in bars of two hours.
    Week,
    /// 30 days in bars of six hours.
    Month,
    /// 90 days in bars of a day.
    Quarter,
}

impl Window {
    /// All windows, shortest first.
    pub const ALL: [Self; 5] = [
        Self::Hour,
        Self::Day,
        Self::Week,
        Self::Month,
        Self::Quarter,
    ];

    /// The value in links.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
            Self::Quarter => "90d",
        }
    }

    /// Parses the output of [`Window::as_str`]. Anything else is the default.
    pub fn parse(text: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|window| window.as_str() == text)
            .unwrap_or_default()
    }

    /// Returns the length of a bar in milliseconds.
    pub const fn bucket(self) -> i64 {
        match self {
            Self::Hour => MINUTE,
            Self::Day => 15 * MINUTE,
            Self::Week => 2 * HOUR,
            Self::Month => 6 * HOUR,
            Self::Quarter => DAY,
        }
    }

    /// Returns the coarsest rollup level from which the bars can be summed.
    pub const fn level(self) -> Level {
        match self {
            Self::Hour | Self::Day => Level::Minute,
            Self::Week | Self::Month => Level::Hour,
            Self::Quarter => Level::Day,
        }
    }

    /// Returns the number of bars.
    pub const fn bars(self) -> usize {
        match self {
            Self::Hour => 60,
            Self::Day => 96,
            Self::Week => 84,
            Self::Month => 120,
            Self::Quarter => 90,
        }
    }

    /// Returns the start of the first bar; the last bar contains `now`.
    #[expect(clippy::cast_possible_wrap, reason = "at most 120 bars")]
    pub const fn start(self, now: Timestamp) -> Timestamp {
        now.floor(self.bucket())
            .plus(-(self.bars() as i64 - 1) * self.bucket())
    }
}

/// Calls by outcome, for example in one bar of a chart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Bucket {
    pub accepted: i64,
    pub refused: i64,
    pub rate_limited: i64,
}

impl Bucket {
    /// Returns the number of calls with any outcome.
    pub const fn total(self) -> i64 {
        self.accepted + self.refused + self.rate_limited
    }

    /// Returns the sum of both buckets.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            accepted: self.accepted + other.accepted,
            refused: self.refused + other.refused,
            rate_limited: self.rate_limited + other.rate_limited,
        }
    }

    /// Returns the calls with an outcome.
    pub const fn of(self, outcome: Outcome) -> i64 {
        match outcome {
            Outcome::Accepted => self.accepted,
            Outcome::Refused => self.refused,
            Outcome::RateLimited => self.rate_limited,
        }
    }

    /// Adds `count` calls with an outcome.
    pub fn add(&mut self, outcome: Outcome, count: i64) {
        match outcome {
            Outcome::Accepted => self.accepted += count,
            Outcome::Refused => self.refused += count,
            Outcome::RateLimited => self.rate_limited += count,
        }
    }
}

/// Bars over time, oldest first, without gaps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Series {
    pub range: ChartRange,
    /// One bucket per bar of the range.
    pub buckets: Vec<Bucket>,
    /// The index of the current, incomplete bar, if it is in the range.
    pub running: Option<usize>,
}

/// A stored count: start of the stored bucket, outcome and number of calls.
pub type StoredCount = (Timestamp, Outcome, i64);

impl Series {
    /// Sums stored counts into the bars of the range. Bars without counts are zero; counts outside the range are ignored.
    pub fn fill_gaps(
        range: ChartRange,
        now: Timestamp,
        counts: impl IntoIterator<Item = StoredCount>,
    ) -> Self {
        let mut buckets = vec![Bucket::default(); range.bars];
        for (at, outcome, count) in counts {
            if let Some(bucket) = range.bar_index(at).and_then(|index| buckets.get_mut(index)) {
                bucket.add(outcome, count);
            }
        }
        Self {
            range,
            buckets,
            running: range.bar_index(now),
        }
    }

    /// Returns the sum of stored counts.
    pub fn total(counts: impl IntoIterator<Item = StoredCount>) -> Bucket {
        counts
            .into_iter()
            .fold(Bucket::default(), |mut sum, (_, outcome, count)| {
                sum.add(outcome, count);
                sum
            })
    }

    /// Returns the sum of all bars.
    pub fn sum(&self) -> Bucket {
        self.buckets
            .iter()
            .fold(Bucket::default(), |sum, bucket| sum.plus(*bucket))
    }

    /// Iterates over the bars with their start times.
    pub fn times(&self) -> impl Iterator<Item = (Timestamp, Bucket)> + '_ {
        self.range.times().zip(self.buckets.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Environment;

    #[test]
    fn gaps_are_zero_and_the_last_bar_contains_now() {
        let now = Timestamp(1_000 * DAY + 5 * MINUTE + 7);
        let counts = [
            (now.floor(MINUTE), Outcome::Accepted, 3),
            (now.plus(DAY), Outcome::Refused, 9),
        ];
        let series = Series::fill_gaps(ChartRange::of(Window::Hour, now), now, counts);
        assert_eq!(series.buckets.len(), 60);
        assert_eq!(series.buckets[59].accepted, 3);
        assert_eq!(series.running, Some(59));
        assert_eq!(series.sum().total(), 3);
    }

    #[test]
    fn every_bar_is_a_multiple_of_its_rollup_level() {
        for window in Window::ALL {
            assert_eq!(window.bucket() % window.level().ms(), 0);
        }
    }

    #[test]
    fn a_window_ends_with_the_bar_that_contains_now() {
        let now = Timestamp(1_000 * DAY + 5 * HOUR + 17 * MINUTE + 7);
        for (window, bucket, level, bars) in [
            (Window::Hour, MINUTE, Level::Minute, 60),
            (Window::Day, 15 * MINUTE, Level::Minute, 96),
            (Window::Week, 2 * HOUR, Level::Hour, 84),
            (Window::Month, 6 * HOUR, Level::Hour, 120),
            (Window::Quarter, DAY, Level::Day, 90),
        ] {
            let parts = (window.bucket(), window.level(), window.bars());
            assert_eq!(parts, (bucket, level, bars), "{window:?}");
            let end = window
                .start(now)
                .plus(bucket * i64::try_from(bars).expect("small"));
            assert_eq!(end, now.floor(bucket).plus(bucket));
            assert_eq!(Window::parse(window.as_str()), window);
        }
        assert_eq!(Window::parse("2h"), Window::Day);
    }

    #[test]
    fn a_series_sums_counts_by_bar_and_ignores_counts_outside() {
        let now = Timestamp(1_000 * DAY);
        let range = ChartRange::of(Window::Hour, now);
        let counts = [
            (range.start, Outcome::Accepted, 2),
            (range.start.plus(MINUTE - 1), Outcome::Refused, 3),
            (range.start.plus(MINUTE), Outcome::RateLimited, 5),
            (range.start.plus(-1), Outcome::Accepted, 7),
            (range.end(), Outcome::Accepted, 11),
        ];
        let series = Series::fill_gaps(range, now, counts);
        let bars: Vec<_> = series
            .times()
            .take(3)
            .map(|(at, bar)| (at, bar.total()))
            .collect();
        let at = |n: i64| range.start.plus(n * MINUTE);
        assert_eq!(bars, [(at(0), 5), (at(1), 5), (at(2), 0)]);
        let sum = Bucket {
            accepted: 2,
            refused: 3,
            rate_limited: 5,
        };
        assert_eq!(series.sum(), sum);
        let past = Series::fill_gaps(range, now.plus(DAY), counts);
        assert_eq!(past.running, None);
    }

    #[test]
    fn a_subject_is_stored_as_the_id_of_its_key_or_application() {
        let key = KeyId::from_number(Environment::Live, 1);
        let application = ApplicationId(uuid::Uuid::from_u128(7));
        assert_eq!(Subject::from(key).to_string(), key.to_string());
        assert_eq!(
            Subject::from(application).to_string(),
            application.to_string()
        );
        assert_ne!(Subject::from(key), Subject::from(application));
    }

    #[test]
    fn a_level_is_a_minute_an_hour_or_a_day() {
        assert_eq!(Level::ALL.map(Level::ms), [60_000, 3_600_000, 86_400_000]);
    }
}
