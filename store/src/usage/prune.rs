//! Pruning: deleting rows older than their retention period, in steps that do not delay writes.

use crate::{Store, StoreError, deferrable_transaction, sql};
use domain::time::Timestamp;

/// Maximum number of rows deleted in one step.
const MAX_PRUNED_ROWS: i64 = 1_000;

/// The rows to prune.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PruneTarget {
    /// Call counts in buckets of this length in milliseconds.
    Rollups(i64),
    /// Reported outcomes in buckets of this length.
    Reports(i64),
    /// Breakdowns in buckets of this length.
    Breakdowns(i64),
    /// Ids of counted reports.
    ReportBatches,
    /// Security events.
    SecurityEvents,
    /// Networks and clients that keys were used from.
    Sightings,
}

impl Store {
    /// Deletes some rows from before `before`, the oldest first. Returns whether there may be more.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn prune(&self, what: PruneTarget, before: Timestamp) -> Result<bool, StoreError> {
        let (statement, span) = match what {
            PruneTarget::Rollups(span) => (sql::USAGE_ROLLUP_PRUNE, Some(span)),
            PruneTarget::Reports(span) => (sql::USAGE_REPORT_PRUNE, Some(span)),
            PruneTarget::Breakdowns(span) => (sql::USAGE_BREAKDOWN_PRUNE, Some(span)),
            PruneTarget::ReportBatches => (sql::USAGE_REPORT_BATCHES_PRUNE, None),
            PruneTarget::SecurityEvents => (sql::SECURITY_EVENTS_PRUNE, None),
            PruneTarget::Sightings => (sql::SIGHTINGS_PRUNE, None),
        };
        let deleted = deferrable_transaction!(self, |tx| {
            let query = sqlx::query(statement);
            let query = match span {
                Some(span) => query.bind(span),
                None => query,
            };
            query
                .bind(before.0)
                .bind(MAX_PRUNED_ROWS)
                .execute(&mut *tx)
                .await?
                .rows_affected()
        })?;
        Ok(deleted >= MAX_PRUNED_ROWS.unsigned_abs())
    }
}
