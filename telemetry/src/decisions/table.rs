//! Decisions in the database: written once a second, pruned after their retention.

use super::tail::IDS_PER_MILLISECOND;
use crate::{Telemetry, run_to_end};
use std::sync::Arc;
use store::{Store, StoreError};

/// Rows that one transaction deletes.
const PRUNE_ROWS: i64 = 500;
/// Transactions in one call: they delete more than is written meanwhile.
const PRUNE_STEPS: usize = 4;

/// The number of rows, once they have been counted. On PostgreSQL, where other nodes write some too, they are counted each time.
#[derive(Default)]
pub(super) struct RowCount(Option<i64>);

impl Telemetry {
    /// Writes the sampled decisions. What cannot be written is retried.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn write_decisions(&self) -> Result<(), StoreError> {
        let mut rows = self.decisions.row_count.lock().await;
        self.dispatch().await;
        let calls = self.decisions.sampler().take();
        if calls.is_empty() {
            return Ok(());
        }
        match self.store.add_decisions(&calls).await {
            Ok(new) => {
                if let Some(count) = &mut rows.0 {
                    *count = count.saturating_add_unsigned(new);
                }
                Ok(())
            }
            Err(error) => {
                self.decisions.sampler().put_back(calls);
                Err(error)
            }
        }
    }

    /// Calls [`Telemetry::write_decisions`] before a read, and to its end even if the reader is gone. A failure is logged.
    pub(crate) async fn write_decisions_before_read(self: &Arc<Self>) {
        let this = Arc::clone(self);
        let written = run_to_end(async move { this.write_decisions().await });
        if let Err(error) = written.await {
            tracing::warn!(
                error,
                "the decisions that are read now lack the newest ones"
            );
        }
    }

    /// Deletes some decisions past their retention or beyond the maximal number; returns whether there may be more.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn prune_decisions(&self) -> Result<bool, StoreError> {
        let retention = self.retention();
        let before = self.certain_now().plus(-retention.decisions).0;
        let before = before.saturating_mul(IDS_PER_MILLISECOND);
        for _ in 0..PRUNE_STEPS {
            let mut rows = self.decisions.row_count.lock().await;
            let count = match (rows.0, &self.store) {
                (Some(count), Store::Sqlite { .. }) => count,
                _ => self.store.count_decisions().await?,
            };
            let old = self.store.prune_decisions(before, PRUNE_ROWS).await?;
            let left = count.saturating_sub_unsigned(old);
            let too_many = left.saturating_sub(retention.max_decisions).min(PRUNE_ROWS);
            let over = if too_many > 0 {
                self.store.prune_decisions(i64::MAX, too_many).await?
            } else {
                0
            };
            rows.0 = Some(left.saturating_sub_unsigned(over));
            if old + over < PRUNE_ROWS.unsigned_abs() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
