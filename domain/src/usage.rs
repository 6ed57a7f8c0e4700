//! Usage over time: windows, buckets, series.

pub mod breakdown;
pub mod chart;
pub mod local;
pub mod overview;
pub mod range;
pub mod reported;

pub use range::Range;

use crate::time::{DAY, HOUR, MINUTE, Timestamp};
use serde::{Deserialize, Serialize};

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It passed.
    Accepted,
    /// It did not.
    Refused,
    /// It came too soon.
    RateLimited,
}

impl Outcome {
    /// All of them, in the order of the charts.
    pub const ALL: [Self; 3] = [Self::Accepted, Self::Refused, Self::RateLimited];

    /// The word that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::RateLimited => "rate_limited",
        }
    }

    /// Reads [`Outcome::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|outcome| outcome.as_str() == text)
    }
}

/// How much of the past a chart shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Window {
    /// One hour, by the minute.
    Hour,
    /// A day, by the quarter of an hour.
    #[default]
    Day,
    /// A week, by two hours.
    Week,
    /// 30 days, by six hours.
    Month,
    /// 90 days, by the day.
    Quarter,
}

impl Window {
    /// All of them, the shortest first.
    pub const ALL: [Self; 5] = [
        Self::Hour,
        Self::Day,
        Self::Week,
        Self::Month,
        Self::Quarter,
    ];

    /// The word in links.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
            Self::Quarter => "90d",
        }
    }

    /// Reads [`Window::as_str`] back; anything else is the default.
    pub fn parse(text: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|window| window.as_str() == text)
            .unwrap_or_default()
    }

    /// Milliseconds of one bar.
    pub const fn bucket(self) -> i64 {
        match self {
            Self::Hour => MINUTE,
            Self::Day => 15 * MINUTE,
            Self::Week => 2 * HOUR,
            Self::Month => 6 * HOUR,
            Self::Quarter => DAY,
        }
    }

    /// Milliseconds of one stored count: the coarsest level that a bar can be summed from.
    pub const fn level(self) -> i64 {
        match self {
            Self::Hour | Self::Day => MINUTE,
            Self::Week | Self::Month => HOUR,
            Self::Quarter => DAY,
        }
    }

    /// Bars of a chart.
    pub const fn bars(self) -> usize {
        match self {
            Self::Hour => 60,
            Self::Day => 96,
            Self::Week => 84,
            Self::Month => 120,
            Self::Quarter => 90,
        }
    }

    /// The beginning of the first bar, where the bar that holds `now` is the last.
    #[expect(clippy::cast_possible_wrap, reason = "at most 120 bars")]
    pub const fn start(self, now: Timestamp) -> Timestamp {
        now.floor(self.bucket())
            .plus(-(self.bars() as i64 - 1) * self.bucket())
    }
}

/// One bar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// Calls that passed.
    pub accepted: i64,
    /// Calls that did not.
    pub refused: i64,
    /// Calls that came too soon.
    pub rate_limited: i64,
}

impl Bucket {
    /// All calls.
    pub const fn total(self) -> i64 {
        self.accepted + self.refused + self.rate_limited
    }

    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            accepted: self.accepted + other.accepted,
            refused: self.refused + other.refused,
            rate_limited: self.rate_limited + other.rate_limited,
        }
    }

    /// Counts so many more calls.
    pub fn add(&mut self, outcome: Outcome, count: i64) {
        match outcome {
            Outcome::Accepted => self.accepted += count,
            Outcome::Refused => self.refused += count,
            Outcome::RateLimited => self.rate_limited += count,
        }
    }
}

/// Bars over time, the oldest first, without gaps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// What it covers.
    pub range: Range,
    /// One for each span of the range.
    pub buckets: Vec<Bucket>,
    /// The bar that is still being counted.
    pub running: Option<usize>,
}

/// A stored count: bucket's beginning, outcome, calls.
pub type Count = (Timestamp, Outcome, i64);

impl Series {
    /// Sums stored counts into the range's bars; where nothing was counted stands zero. Counts outside are left out.
    pub fn fill_gaps(
        range: Range,
        now: Timestamp,
        counts: impl IntoIterator<Item = Count>,
    ) -> Self {
        let mut buckets = vec![Bucket::default(); range.bars];
        for (at, outcome, count) in counts {
            if let Some(bucket) = range.place(at).and_then(|place| buckets.get_mut(place)) {
                bucket.add(outcome, count);
            }
        }
        Self {
            range,
            buckets,
            running: range.place(now),
        }
    }

    /// Stored counts in one.
    pub fn total(counts: impl IntoIterator<Item = Count>) -> Bucket {
        counts
            .into_iter()
            .fold(Bucket::default(), |mut sum, (_, outcome, count)| {
                sum.add(outcome, count);
                sum
            })
    }

    /// All bars in one.
    pub fn sum(&self) -> Bucket {
        self.buckets
            .iter()
            .fold(Bucket::default(), |sum, bucket| sum.plus(*bucket))
    }

    /// When each bar begins.
    pub fn times(&self) -> impl Iterator<Item = (Timestamp, Bucket)> + '_ {
        self.range.times().zip(self.buckets.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_zeros_and_the_last_bar_holds_now() {
        let now = Timestamp(1_000 * DAY + 5 * MINUTE + 7);
        let counts = [
            (now.floor(MINUTE), Outcome::Accepted, 3),
            (now.plus(DAY), Outcome::Refused, 9),
        ];
        let series = Series::fill_gaps(Range::of(Window::Hour, now), now, counts);
        assert_eq!(series.buckets.len(), 60);
        assert_eq!(series.buckets[59].accepted, 3);
        assert_eq!(series.running, Some(59));
        assert_eq!(series.sum().total(), 3);
    }

    #[test]
    fn every_bar_is_a_whole_number_of_stored_counts() {
        for window in Window::ALL {
            assert_eq!(window.bucket() % window.level(), 0);
        }
    }
}
