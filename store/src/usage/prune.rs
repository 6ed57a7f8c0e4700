//! Pruning: deleting rows older than their retention period, in steps that do not delay writes.

use crate::{Store, StoreError, deferrable_transaction, sql};
use domain::{time::Timestamp, usage::Level};

/// Maximum number of rows deleted in one step.
const MAX_PRUNED_ROWS: i64 = 1_000;

/// The rows to prune.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PruneTarget {
    /// Call counts of a level.
    Rollups(Level),
    /// Reported outcomes of a level.
    Reports(Level),
    /// Breakdowns of a level.
    Breakdowns(Level),
    /// Counts of refusals of a level.
    Refusals(Level),
    /// Ids of counted reports.
    ReportBatches,
    /// Security events.
    SecurityEvents,
    /// Networks and clients that keys were used from.
    Sightings,
    /// Limits on attempts that are no longer used.
    Throttles,
}

impl Store {
    /// Deletes some rows from before `before`, the oldest first. Returns whether there may be more.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn prune(&self, what: PruneTarget, before: Timestamp) -> Result<bool, StoreError> {
        let (statement, level) = match what {
            PruneTarget::Rollups(level) => (sql::USAGE_ROLLUP_PRUNE, Some(level)),
            PruneTarget::Reports(level) => (sql::USAGE_REPORT_PRUNE, Some(level)),
            PruneTarget::Breakdowns(level) => (sql::USAGE_BREAKDOWN_PRUNE, Some(level)),
            PruneTarget::Refusals(level) => (sql::USAGE_REFUSAL_PRUNE, Some(level)),
            PruneTarget::ReportBatches => (sql::USAGE_REPORT_BATCHES_PRUNE, None),
            PruneTarget::SecurityEvents => (sql::SECURITY_EVENTS_PRUNE, None),
            PruneTarget::Sightings => (sql::SIGHTINGS_PRUNE, None),
            PruneTarget::Throttles => (sql::THROTTLE_PRUNE, None),
        };
        let deleted = deferrable_transaction!(self, |tx| {
            let query = sqlx::query(statement);
            let query = match level {
                Some(level) => query.bind(level.ms()),
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
