//! Reads the numbers of charts.

use crate::Telemetry;
use domain::{
    time::Timestamp,
    usage::{Bucket, ChartRange, Series, Subject, Window, reported::ReportedCalls},
};
use store::{BucketRange, StoreError};

/// The numbers of one bar of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageBar {
    /// When the bucket begins.
    pub at: Timestamp,
    /// The calls by outcome.
    pub calls: Bucket,
    /// The services' reports about them.
    pub reported: ReportedCalls,
}

/// The numbers of a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageBars {
    /// The bars of the range, without gaps.
    pub bars: Vec<UsageBar>,
    /// The number of calls in [`ChartRange::before`]; `None` without one, and if a part of it may be pruned.
    pub before: Option<i64>,
}

impl UsageBars {
    /// Returns all calls of the range by outcome.
    pub fn sum(&self) -> Bucket {
        self.bars
            .iter()
            .fold(Bucket::default(), |sum, bar| sum.plus(bar.calls))
    }
}

/// Returns the stored buckets of a range.
fn buckets(range: ChartRange) -> BucketRange {
    BucketRange {
        level: range.level,
        start: range.start,
        end: range.end().plus(-1),
    }
}

impl Telemetry {
    /// Returns the calls of a subject in a window, without gaps.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn series(&self, subject: Subject, window: Window) -> Result<Series, StoreError> {
        let now = self.now();
        let range = ChartRange::of(window, now);
        let counts = self
            .store
            .usage(subject, range.level, range.start, now)
            .await?;
        Ok(Series::fill_gaps(range, now, counts))
    }

    /// Returns the numbers of a subject's chart.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn bars(&self, subject: Subject, range: ChartRange) -> Result<UsageBars, StoreError> {
        let now = self.now();
        let kept = self.retention();
        let before = range.before().filter(|before| kept.covers(*before, now));
        let stored = self
            .store
            .usage_bars(subject, buckets(range), before.map(buckets))
            .await?;
        let series = Series::fill_gaps(range, now, stored.counts);
        let mut bars: Vec<_> = series
            .times()
            .map(|(at, calls)| UsageBar {
                at,
                calls,
                reported: ReportedCalls::default(),
            })
            .collect();
        for (at, reported) in stored.reports {
            if let Some(bar) = range.bar_index(at).and_then(|index| bars.get_mut(index)) {
                bar.reported = bar.reported.plus(reported);
            }
        }
        Ok(UsageBars {
            bars,
            before: before.map(|_| stored.before),
        })
    }
}
