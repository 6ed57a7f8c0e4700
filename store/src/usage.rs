//! Call counts: rollups, breakdowns, last uses, and the batches that write them.

#![expect(
    missing_docs,
    reason = "fields are named for the columns that they hold"
)]

mod journal;
mod key_day;
mod prune;
mod reports;

pub use key_day::KeyDay;
pub use prune::PruneTarget;
pub use reports::{ReportPart, UsageReport};

use crate::{
    Store, StoreError, database::insert_many::insert_many, deferrable_transaction, read,
    row::corrupt, sql,
};
use domain::{
    key::token::KeyId,
    time::Timestamp,
    usage::{
        Outcome, StoredCount,
        breakdown::{BreakdownRow, Dimension},
    },
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A number of calls of a key or an application in one bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageCount {
    /// The id of the key or the application.
    pub subject: String,
    /// The length of the bucket in milliseconds.
    pub span: i64,
    /// The start of the bucket.
    pub bucket: Timestamp,
    pub outcome: Outcome,
    pub calls: i64,
}

/// A key's last accepted call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastUse {
    pub key: KeyId,
    pub at: Timestamp,
    pub address: String,
    pub user_agent: String,
    /// Method and path.
    pub route: String,
}

/// A number of calls of a key or an application in one bucket that share a value of a dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BreakdownCount {
    /// The id of the key or the application.
    pub subject: String,
    /// The length of the bucket in milliseconds.
    pub span: i64,
    /// The start of the bucket.
    pub bucket: Timestamp,
    pub dimension: Dimension,
    /// The shared value.
    pub value: String,
    pub outcome: Outcome,
    pub calls: i64,
}

/// A value of a dimension, with the starts of the first and the last bucket that it occurs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueSpan {
    pub value: String,
    pub first: Timestamp,
    pub last: Timestamp,
}

/// Counts to add in one transaction. No two of them have the same row of a rollup.
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
    /// Counts for the breakdowns.
    pub breakdowns: Vec<BreakdownCount>,
    /// Outcomes reported by services.
    pub reports: Vec<UsageReport>,
}

impl Store {
    /// Adds a batch to the rollups, once.
    ///
    /// # Errors
    /// If the database fails; the batch may be tried again.
    pub async fn add_usage(&self, batch: &UsageBatch) -> Result<(), StoreError> {
        deferrable_transaction!(self, |tx| {
            let new = sqlx::query(sql::USAGE_BATCH_INSERT)
                .bind(batch.id)
                .bind(batch.at.0)
                .execute(&mut *tx)
                .await?;
            if new.rows_affected() > 0 {
                insert_many!(tx, sql::USAGE_ROLLUP_ADD, batch.counts, |row, count| row
                    .push_bind(&count.subject)
                    .push_bind(count.span)
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
                    .push_bind(last.at.0)
                    .push_bind(&last.address)
                    .push_bind(&last.user_agent)
                    .push_bind(&last.route))?;
                insert_many!(
                    tx,
                    sql::USAGE_BREAKDOWN_ADD,
                    batch.breakdowns,
                    |row, part| row
                        .push_bind(&part.subject)
                        .push_bind(part.span)
                        .push_bind(part.bucket.0)
                        .push_bind(part.dimension.as_str())
                        .push_bind(&part.value)
                        .push_bind(part.outcome.as_str())
                        .push_bind(part.calls)
                )?;
                let mut sums = BTreeMap::new();
                for report in &batch.reports {
                    if let Some(id) = report.id {
                        let first = sqlx::query(sql::USAGE_REPORT_BATCH_INSERT)
                            .bind(id)
                            .bind(batch.at.0)
                            .execute(&mut *tx)
                            .await?;
                        if first.rows_affected() == 0 {
                            continue;
                        }
                    }
                    reports::add_up(&mut sums, report);
                }
                let sums: Vec<_> = sums.iter().collect();
                insert_many!(tx, sql::USAGE_REPORT_ADD, sums, |row, sum| {
                    let ((subject, span, bucket), calls) = *sum;
                    row.push_bind(subject)
                        .push_bind(span)
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
                sqlx::query(sql::USAGE_BATCHES_PRUNE)
                    .bind(batch.at.plus(-domain::time::HOUR).0)
                    .execute(&mut *tx)
                    .await?;
            }
            // The counts in the journal are in the rollups now.
            sqlx::query(sql::USAGE_JOURNAL_DELETE)
                .bind(batch.id)
                .execute(&mut *tx)
                .await?;
        })?;
        Ok(())
    }

    /// Returns the counts of a key or an application in buckets of `span` milliseconds that start between `start` and `end`.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn usage(
        &self,
        subject: &str,
        span: i64,
        start: Timestamp,
        end: Timestamp,
    ) -> Result<Vec<StoredCount>, StoreError> {
        let rows: Vec<(i64, String, i64)> = read!(self, |pool| {
            sqlx::query_as(sql::USAGE_ROLLUP_BETWEEN)
                .bind(subject)
                .bind(span)
                .bind(start.0)
                .bind(end.0)
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter()
            .map(|(bucket, outcome, calls)| {
                let outcome = Outcome::parse(&outcome).ok_or_else(|| corrupt("outcome"))?;
                Ok((Timestamp(bucket), outcome, calls))
            })
            .collect()
    }

    /// Returns the breakdowns of a key's or an application's calls, summed over buckets of `span` milliseconds that start between
    /// `start` and `end`.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn usage_breakdown(
        &self,
        subject: &str,
        span: i64,
        start: Timestamp,
        end: Timestamp,
    ) -> Result<Vec<BreakdownRow>, StoreError> {
        let rows: Vec<(String, String, String, i64)> = read!(self, |pool| {
            sqlx::query_as(sql::USAGE_BREAKDOWN_BETWEEN)
                .bind(subject)
                .bind(span)
                .bind(start.0)
                .bind(end.0)
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter()
            .map(|(dimension, value, outcome, calls)| {
                Ok(BreakdownRow {
                    dimension: Dimension::parse(&dimension).ok_or_else(|| corrupt("dimension"))?,
                    value,
                    outcome: Outcome::parse(&outcome).ok_or_else(|| corrupt("outcome"))?,
                    calls,
                })
            })
            .collect()
    }

    /// Returns the values of a dimension that occurred with a key, with their first and last bucket of `span` milliseconds.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn breakdown_value_spans(
        &self,
        key: KeyId,
        span: i64,
        dimension: Dimension,
    ) -> Result<Vec<ValueSpan>, StoreError> {
        let rows: Vec<(String, i64, i64)> = read!(self, |pool| {
            sqlx::query_as(sql::USAGE_BREAKDOWN_VALUE_SPANS)
                .bind(key.to_string())
                .bind(span)
                .bind(dimension.as_str())
                .fetch_all(pool)
                .await
        })?;
        Ok(rows
            .into_iter()
            .map(|(value, first, last)| ValueSpan {
                value,
                first: Timestamp(first),
                last: Timestamp(last),
            })
            .collect())
    }
}
