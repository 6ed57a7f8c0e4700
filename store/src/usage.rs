//! Call counts: rollups, breakdowns, last uses, and the batches that write them.

#![expect(
    missing_docs,
    reason = "fields are named for the columns that they hold"
)]

mod bars;
mod breakdown;
mod journal;
mod key_day;
mod prune;
mod reports;

pub use bars::{BucketRange, StoredBars};
pub use breakdown::{BreakdownSums, ValueSpan};
pub use key_day::KeyDay;
pub use prune::PruneTarget;
pub use reports::{ReportPart, UsageReport};

use crate::{
    Store, StoreError, database::insert_many::insert_many, deferrable_transaction, execute, read,
    row::corrupt, sql,
};
use breakdown::add_breakdowns;
use domain::{
    id::ApplicationId,
    key::token::KeyId,
    time::Timestamp,
    usage::{Level, Outcome, StoredCount, Subject},
};
use sqlx::{FromRow, postgres::PgRow, sqlite::SqliteRow};
use std::{collections::BTreeMap, ops::Range};
use uuid::Uuid;

/// A number of calls in one bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageCount {
    pub subject: Subject,
    pub level: Level,
    /// The start of the bucket.
    pub bucket: Timestamp,
    pub outcome: Outcome,
    pub calls: i64,
}

/// A key's last accepted call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastUse {
    pub key: KeyId,
    pub application: ApplicationId,
    pub at: Timestamp,
    pub address: String,
    pub user_agent: String,
    /// Method and path.
    pub route: String,
}

/// A number of refused calls in one bucket that have the same code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusalCount {
    pub subject: Subject,
    pub level: Level,
    /// The start of the bucket.
    pub bucket: Timestamp,
    pub code: &'static str,
    pub outcome: Outcome,
    pub calls: i64,
}

/// Counts to add in one transaction. No two of them have the same row.
#[derive(Clone, Debug)]
pub struct UsageBatch {
    /// A batch that is added again under its id counts once.
    pub id: Uuid,
    /// The time at which the batch was closed.
    pub at: Timestamp,
    /// Counts for the rollups.
    pub counts: Vec<UsageCount>,
    /// The same calls by key and day, sorted by day.
    pub days: Vec<KeyDay>,
    /// The last accepted calls of keys.
    pub last_uses: Vec<LastUse>,
    /// Refused calls by code.
    pub refusals: Vec<RefusalCount>,
    /// The most frequent values, ordered by level and bucket.
    pub breakdowns: Vec<BreakdownSums>,
    /// Outcomes reported by services.
    pub reports: Vec<UsageReport>,
}

impl UsageBatch {
    /// Creates a batch with nothing to add.
    pub const fn empty(id: Uuid, at: Timestamp) -> Self {
        Self {
            id,
            at,
            counts: Vec::new(),
            days: Vec::new(),
            last_uses: Vec::new(),
            refusals: Vec::new(),
            breakdowns: Vec::new(),
            reports: Vec::new(),
        }
    }

    /// Whether the batch has nothing to add.
    pub const fn is_empty(&self) -> bool {
        self.counts.is_empty() && self.breakdowns.is_empty() && self.reports.is_empty()
    }
}

impl Store {
    /// Adds a batch to the rollups, once.
    ///
    /// # Errors
    /// If the database fails; the batch may be tried again.
    pub async fn add_usage(&self, batch: &UsageBatch) -> Result<(), StoreError> {
        deferrable_transaction!(self, |tx| {
            let new = execute!(tx, sql::USAGE_BATCH_INSERT, batch.id, batch.at.0)?;
            if new > 0 {
                insert_many!(tx, sql::USAGE_ROLLUP_ADD, batch.counts, |row, count| row
                    .push_bind(count.subject.to_string())
                    .push_bind(count.level.ms())
                    .push_bind(count.bucket.0)
                    .push_bind(count.outcome.as_str())
                    .push_bind(count.calls))?;
                // On PostgreSQL a statement may update a key's row once.
                for days in batch.days.chunk_by(|one, next| one.day == next.day) {
                    insert_many!(tx, sql::KEY_DAY_ADD, days, |row, key| row
                        .push_bind(key.key.to_string())
                        .push_bind(key.application.0)
                        .push_bind(key.day.0)
                        .push_bind(key.calls.accepted)
                        .push_bind(key.calls.refused)
                        .push_bind(key.calls.rate_limited))?;
                }
                insert_many!(tx, sql::LAST_USE_SET, batch.last_uses, |row, last| row
                    .push_bind(last.key.to_string())
                    .push_bind(last.application.0)
                    .push_bind(last.at.0)
                    .push_bind(&last.address)
                    .push_bind(&last.user_agent)
                    .push_bind(&last.route))?;
                insert_many!(tx, sql::USAGE_REFUSAL_ADD, batch.refusals, |row, count| row
                    .push_bind(count.subject.to_string())
                    .push_bind(count.level.ms())
                    .push_bind(count.bucket.0)
                    .push_bind(count.code)
                    .push_bind(count.outcome.as_str())
                    .push_bind(count.calls))?;
                add_breakdowns!(tx, batch.breakdowns)?;
                let mut sums = BTreeMap::new();
                for report in &batch.reports {
                    if let Some(id) = report.id {
                        let first = execute!(tx, sql::USAGE_REPORT_BATCH_INSERT, id, batch.at.0)?;
                        if first == 0 {
                            continue;
                        }
                    }
                    reports::add_up(&mut sums, report);
                }
                let sums: Vec<_> = sums.iter().collect();
                insert_many!(tx, sql::USAGE_REPORT_ADD, sums, |row, sum| {
                    let ((subject, level, bucket), calls) = *sum;
                    row.push_bind(subject.to_string())
                        .push_bind(level.ms())
                        .push_bind(bucket.0)
                        .push_bind(calls.calls)
                        .push_bind(calls.client_errors)
                        .push_bind(calls.server_errors)
                        .push_bind(calls.latency_ms);
                    for within in calls.within {
                        row.push_bind(within);
                    }
                })?;
                // A batch is not retried for so long.
                execute!(
                    tx,
                    sql::USAGE_BATCHES_PRUNE,
                    batch.at.plus(-domain::time::HOUR).0
                )?;
            }
            // The counts in the journal are in the rollups now.
            execute!(tx, sql::USAGE_JOURNAL_DELETE, batch.id)?;
        })
    }

    /// Selects the rows of a subject in the buckets of a level.
    async fn usage_rows<Row>(
        &self,
        statement: &'static str,
        subject: Subject,
        level: Level,
        buckets: Range<Timestamp>,
    ) -> Result<Vec<Row>, StoreError>
    where
        Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        Ok(read!(self, |pool| {
            sqlx::query_as(statement)
                .bind(subject.to_string())
                .bind(level.ms())
                .bind(buckets.start.0)
                .bind(buckets.end.0)
                .fetch_all(pool)
                .await
        })?)
    }

    /// Returns the counts of a subject in the buckets of a level that start between `start` and `end`.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn usage(
        &self,
        subject: Subject,
        level: Level,
        start: Timestamp,
        end: Timestamp,
    ) -> Result<Vec<StoredCount>, StoreError> {
        let rows: Vec<(i64, String, i64)> = self
            .usage_rows(sql::USAGE_ROLLUP_BETWEEN, subject, level, start..end)
            .await?;
        rows.into_iter()
            .map(|(bucket, outcome, calls)| {
                let outcome = Outcome::parse(&outcome).ok_or_else(|| corrupt("outcome"))?;
                Ok((Timestamp(bucket), outcome, calls))
            })
            .collect()
    }
}
