//! The numbers of a chart. One statement reads them all, because each one takes a turn of the database's thread.

use crate::{Store, StoreError, read, row::corrupt, sql};
use domain::{
    time::Timestamp,
    usage::{Level, Outcome, StoredCount, Subject, reported::ReportedCalls},
};

/// The buckets of a level that start between two instants.
#[derive(Clone, Copy, Debug)]
pub struct BucketRange {
    pub level: Level,
    pub start: Timestamp,
    pub end: Timestamp,
}

/// The stored numbers of a chart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredBars {
    pub counts: Vec<StoredCount>,
    /// The calls that services reported, by bucket.
    pub reports: Vec<(Timestamp, ReportedCalls)>,
    /// All calls of the period before.
    pub before: i64,
}

impl Store {
    /// Returns the counts and the reports of a subject in some buckets, and the sum of its calls in those of the period before.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn usage_bars(
        &self,
        subject: Subject,
        buckets: BucketRange,
        before: Option<BucketRange>,
    ) -> Result<StoredBars, StoreError> {
        let none = BucketRange {
            start: Timestamp(0),
            end: Timestamp(-1),
            ..buckets
        };
        let before = before.unwrap_or(none);
        let rows: Vec<(i64, String, i64)> = read!(self, |pool| {
            sqlx::query_as(sql::USAGE_BARS)
                .bind(subject.to_string())
                .bind(buckets.level.ms())
                .bind(buckets.start.0)
                .bind(buckets.end.0)
                .bind(before.level.ms())
                .bind(before.start.0)
                .bind(before.end.0)
                .fetch_all(pool)
                .await
        })?;
        let mut bars = StoredBars::default();
        for (bucket, text, calls) in rows {
            let bucket = Timestamp(bucket);
            if text.is_empty() {
                bars.before = calls;
            } else if let Some(outcome) = Outcome::parse(&text) {
                bars.counts.push((bucket, outcome, calls));
            } else {
                let reported = reported(calls, &text).ok_or_else(|| corrupt("outcome"))?;
                bars.reports.push((bucket, reported));
            }
        }
        Ok(bars)
    }
}

/// Reads the other numbers of reported calls, in the order of `usage/bars.sql`.
fn reported(calls: i64, numbers: &str) -> Option<ReportedCalls> {
    let mut numbers = numbers.split(' ').map(|number| number.parse::<i64>().ok());
    let mut next = || numbers.next().flatten();
    Some(ReportedCalls {
        calls,
        client_errors: next()?,
        server_errors: next()?,
        latency_ms: next()?,
        within: [next()?, next()?, next()?, next()?, next()?],
    })
}
