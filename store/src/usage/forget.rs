//! Forgetting what is too old, in steps that never hold up writing.

use crate::{Store, StoreError, deferrable_transaction, sql};
use domain::time::Timestamp;

/// Rows that one step takes away at most.
const STEP: i64 = 1_000;

/// What is forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Old {
    /// Numbers of calls, in buckets of so many milliseconds.
    Calls(i64),
    /// What services reported of calls, likewise.
    Reports(i64),
    /// What calls had in common, likewise.
    Common(i64),
    /// Which reports have been counted.
    Batches,
    /// Security events.
    Events,
    /// What was familiar about keys.
    Sightings,
}

impl Store {
    /// Takes away some of what was before `before`, the oldest first; whether there may be more.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn forget_usage(&self, what: Old, before: Timestamp) -> Result<bool, StoreError> {
        let (statement, span) = match what {
            Old::Calls(span) => (sql::USAGE_ROLLUP_PRUNE, Some(span)),
            Old::Reports(span) => (sql::USAGE_REPORT_PRUNE, Some(span)),
            Old::Common(span) => (sql::USAGE_BREAKDOWN_PRUNE, Some(span)),
            Old::Batches => (sql::USAGE_REPORT_BATCHES_PRUNE, None),
            Old::Events => (sql::SECURITY_EVENTS_PRUNE, None),
            Old::Sightings => (sql::SIGHTINGS_PRUNE, None),
        };
        let gone = deferrable_transaction!(self, |tx| {
            let query = sqlx::query(statement);
            let query = match span {
                Some(span) => query.bind(span),
                None => query,
            };
            query
                .bind(before.0)
                .bind(STEP)
                .execute(&mut *tx)
                .await?
                .rows_affected()
        })?;
        Ok(gone >= STEP.unsigned_abs())
    }
}
