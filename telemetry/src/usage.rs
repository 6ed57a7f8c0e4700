//! Counted usage: counters in memory, a journal entry every second, and rollups every minute or before a read, and every second
//! for keys that were quiet.

mod accumulator;
mod counters;
mod dimension_counts;
mod journal;
mod key_counts;
mod pending_counts;
mod pending_values;
mod recent_calls;
mod recent_values;
mod reports;
mod rows;

pub(crate) use accumulator::FlushScope;
pub(crate) use counters::UsageCounters;
pub(crate) use reports::ReportSums;

use crate::Telemetry;
use accumulator::Recovery;
use domain::time::MINUTE;
use std::sync::atomic::Ordering;
use store::{Store, StoreError};
use tokio::task::yield_now;
use uuid::Uuid;
use verification::Entry;

/// How often one flush tries again because another node has written the same breakdown meanwhile. Each time one of them succeeds.
const MAX_CONFLICTS: usize = 32;
/// After how long the counts of a process that is not registered are added up by another one, in milliseconds.
const ORPHANED_AFTER: i64 = 10 * MINUTE;

impl Telemetry {
    /// Writes all counts until now to the rollups. What cannot be written is kept and retried.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn flush_usage(&self) -> Result<(), StoreError> {
        self.flush(FlushScope::All).await
    }

    /// Writes a journal entry of the counts until now; [`Telemetry::recover_usage`] reads it after a kill. Counts of keys that were
    /// quiet are written to the rollups instead, and once a minute all counts are. To be called every second.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn journal_usage(&self) -> Result<(), StoreError> {
        self.flush(FlushScope::Journal).await
    }

    /// Writes the requested part of the counts, or more if more is due.
    pub(crate) async fn flush(&self, scope: FlushScope) -> Result<(), StoreError> {
        let _guard = self.flushing.lock().await;
        // Batches that failed before come first. Later calls wait for the next flush: otherwise a flush under load would not end, and
        // readers would wait for it.
        self.write_batches().await?;
        let (now, new_id) = (self.now(), || self.new_id());
        self.usage.take(scope, now);
        while self.usage.add_few(now) {
            // Calls are verified meanwhile.
            yield_now().await;
        }
        if let Some(entry) = self.usage.finish(now, new_id) {
            let written = self
                .store
                .append_usage_journal(entry.batch, entry.seq, &entry.body);
            if let Err(error) = written.await {
                self.usage.abandon_journal(now, new_id);
                return Err(error);
            }
        }
        self.write_batches().await?;
        self.flushed_at
            .store(self.clock.monotonic().0, Ordering::Relaxed);
        Ok(())
    }

    async fn write_batches(&self) -> Result<(), StoreError> {
        let mut conflicts = 0;
        loop {
            while self.usage.prepare_few() {
                yield_now().await;
            }
            let Some(batch) = self.usage.next_batch(self.now(), || self.new_id()) else {
                return Ok(());
            };
            match self.store.add_usage(&batch).await {
                Ok(()) => self.usage.remove_written(),
                Err(StoreError::Conflict) if conflicts < MAX_CONFLICTS => conflicts += 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// Writes the journal of killed processes to the rollups. A process calls it before it counts anything: its predecessor under
    /// its id has ended. On SQLite, every other process has.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn recover_usage(&self) -> Result<(), StoreError> {
        let before = match self.store {
            Store::Sqlite { .. } => Uuid::max(),
            Store::Postgres { .. } => self.orphaned_before(),
        };
        self.recover((self.store.fence().node(), before)).await
    }

    /// Writes the journal of processes to the rollups that left it some time ago and are no longer registered. One that was
    /// only silent would go on with its newest batch.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn recover_orphaned_usage(&self) -> Result<(), StoreError> {
        self.recover((Uuid::max(), self.orphaned_before())).await
    }

    /// The lowest id of a batch that is too new to be recovered from a process that is not registered.
    fn orphaned_before(&self) -> Uuid {
        let at = self.certain_now().plus(-ORPHANED_AFTER).0;
        Uuid::from_u128(u128::from(at.unsigned_abs()) << 80)
    }

    async fn recover(&self, of: (Uuid, Uuid)) -> Result<(), StoreError> {
        let mut recovery = Recovery::default();
        let application = |key| {
            let of = |entry: Option<&Entry>| entry.map(|entry| entry.tenant().application);
            self.index.with(key, of)
        };
        self.store
            .for_each_usage_journal_entry(of, |batch, body| {
                if !recovery.add(batch, body, application) {
                    tracing::error!(%batch, "a usage journal entry cannot be decoded: its counts are lost");
                }
            })
            .await?;
        for batch in recovery.into_batches(self.now()) {
            self.store.add_usage(&batch).await?;
        }
        Ok(())
    }

    /// Flushes all counts before a read. A failure is logged: older numbers can be read anyway.
    pub async fn flush_before_read(&self) {
        self.try_flush(FlushScope::All).await;
    }

    /// Flushes the numbers of calls, without breakdowns, before a read.
    pub async fn flush_totals_before_read(&self) {
        self.try_flush(FlushScope::Totals).await;
    }

    async fn try_flush(&self, scope: FlushScope) {
        if let Err(error) = self.flush(scope).await {
            tracing::warn!(%error, "the numbers that are read now lack the newest calls");
        }
    }
}
