//! Counted calls.

mod busiest;
mod forget;
mod notes;
mod reports;

pub use busiest::KeyDay;
pub use forget::Old;
pub use reports::{ReportPart, UsageReport};

use crate::{
    Store, StoreError, deferrable_transaction, many::insert_many, read, row::corrupt, sql,
};
use domain::{
    key::token::KeyId,
    time::Timestamp,
    usage::{
        Count, Outcome,
        breakdown::{Dimension, Part},
    },
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// So many calls of a key or an application in one bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageCount {
    /// The key's or the application's id.
    pub subject: String,
    /// Milliseconds of the bucket.
    pub span: i64,
    /// Its beginning.
    pub bucket: Timestamp,
    /// What became of the calls.
    pub outcome: Outcome,
    /// How many there were.
    pub calls: i64,
}

/// A key's last accepted call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastUse {
    /// Which key.
    pub key: KeyId,
    /// When.
    pub at: Timestamp,
    /// From where.
    pub address: String,
    /// By what.
    pub user_agent: String,
    /// For what: method and path.
    pub route: String,
}

/// So many calls of a key or an application in one bucket that have something in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageBy {
    /// The key's or the application's id.
    pub subject: String,
    /// Milliseconds of the bucket.
    pub span: i64,
    /// Its beginning.
    pub bucket: Timestamp,
    /// What they have in common.
    pub dimension: Dimension,
    /// In text.
    pub value: String,
    /// What became of the calls.
    pub outcome: Outcome,
    /// How many there were.
    pub calls: i64,
}

/// Between when and when a value was seen: the beginnings of its first and its last bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The value.
    pub value: String,
    /// The first bucket.
    pub first: Timestamp,
    /// The last one.
    pub last: Timestamp,
}

/// What is written at once: of each place in a rollup there is one sum.
#[derive(Clone, Debug)]
pub struct UsageBatch {
    /// A batch that is written twice counts once.
    pub id: Uuid,
    /// When it was closed.
    pub at: Timestamp,
    /// The counts.
    pub counts: Vec<UsageCount>,
    /// The same of each key and day, the days one after the other.
    pub days: Vec<KeyDay>,
    /// The last accepted calls.
    pub last_uses: Vec<LastUse>,
    /// What the calls had in common.
    pub by: Vec<UsageBy>,
    /// What services reported.
    pub reports: Vec<UsageReport>,
}

impl Store {
    /// Adds a batch to the rollups, once.
    ///
    /// # Errors
    /// Where the database fails; the batch may be tried again.
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
                // On PostgreSQL a statement may meet a key's row once.
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
                insert_many!(tx, sql::USAGE_BREAKDOWN_ADD, batch.by, |row, part| row
                    .push_bind(&part.subject)
                    .push_bind(part.span)
                    .push_bind(part.bucket.0)
                    .push_bind(part.dimension.as_str())
                    .push_bind(&part.value)
                    .push_bind(part.outcome.as_str())
                    .push_bind(part.calls))?;
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
                // Longer than anybody would try a batch again.
                sqlx::query(sql::USAGE_BATCHES_PRUNE)
                    .bind(batch.at.plus(-domain::time::HOUR).0)
                    .execute(&mut *tx)
                    .await?;
            }
            // Whatever was noted of it is in the rollups now.
            sqlx::query(sql::USAGE_JOURNAL_DELETE)
                .bind(batch.id)
                .execute(&mut *tx)
                .await?;
        })?;
        Ok(())
    }

    /// The counts of a key or an application in buckets of `span` milliseconds that begin from `start` to `end`.
    ///
    /// # Errors
    /// Where the database fails or a row cannot be read.
    pub async fn usage(
        &self,
        subject: &str,
        span: i64,
        start: Timestamp,
        end: Timestamp,
    ) -> Result<Vec<Count>, StoreError> {
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

    /// What the calls of a key or an application had in common, in buckets of `span` milliseconds that begin from `start` to `end`.
    ///
    /// # Errors
    /// Where the database fails or a row cannot be read.
    pub async fn usage_by(
        &self,
        subject: &str,
        span: i64,
        start: Timestamp,
        end: Timestamp,
    ) -> Result<Vec<Part>, StoreError> {
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
                Ok(Part {
                    dimension: Dimension::parse(&dimension).ok_or_else(|| corrupt("dimension"))?,
                    value,
                    outcome: Outcome::parse(&outcome).ok_or_else(|| corrupt("outcome"))?,
                    calls,
                })
            })
            .collect()
    }

    /// Since when and until when each value of a dimension was seen with a key, to the bucket of `span` milliseconds.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn seen(
        &self,
        key: KeyId,
        span: i64,
        dimension: Dimension,
    ) -> Result<Vec<Seen>, StoreError> {
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
            .map(|(value, first, last)| Seen {
                value,
                first: Timestamp(first),
                last: Timestamp(last),
            })
            .collect())
    }
}
