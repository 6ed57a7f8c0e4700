//! Decisions of other nodes for followers: the stored ones, read once a second.

use super::tail::{IDS_PER_MILLISECOND, MAX_BATCH};
use crate::Telemetry;
use domain::{
    decision::{DecisionBatch, DecisionRecord},
    id::ApplicationId,
    key::token::KeyId,
    time::SECOND,
};
use std::{collections::HashSet, time::Duration};
use store::{Store, StoreError};
use tokio::time::{Instant, sleep_until, timeout};

/// How often they are read. A node writes its decisions once a second.
const INTERVAL: Duration = Duration::from_secs(1);
/// How far back they are read in milliseconds: the time until they are written, and the difference of the nodes' clocks.
const WINDOW: i64 = 10 * SECOND;
/// Decisions in one read.
const MAX_ROWS: i64 = 500;

/// What a follower has seen of the other nodes.
pub(super) struct OtherNodes {
    /// Decisions up to this id are known.
    after: i64,
    /// Ids within the window that were returned.
    seen: HashSet<i64>,
    /// When they are read next.
    due_at: Instant,
}

impl OtherNodes {
    /// Follows the other nodes, where there can be some. Decisions up to the id `after` are known.
    pub(super) fn new(telemetry: &Telemetry, after: i64) -> Option<Self> {
        match &telemetry.store {
            Store::Sqlite { .. } => None,
            Store::Postgres { .. } => Some(Self {
                after,
                seen: HashSet::new(),
                due_at: Instant::now(),
            }),
        }
    }

    /// Whether it is time to read.
    pub(super) fn is_due(&self) -> bool {
        Instant::now() >= self.due_at
    }

    /// Waits until there is something new, and returns it. Cancel safe.
    pub(super) async fn next(
        &mut self,
        telemetry: &Telemetry,
        application: ApplicationId,
        key: Option<KeyId>,
    ) -> DecisionBatch {
        loop {
            sleep_until(self.due_at).await;
            let batch = self.read_due(telemetry, application, key).await;
            if !batch.is_empty() {
                return batch;
            }
        }
    }

    /// Reads what is new; nothing if that takes longer than the time until the next read. Cancel safe: the read stays due.
    pub(super) async fn read_due(
        &mut self,
        telemetry: &Telemetry,
        application: ApplicationId,
        key: Option<KeyId>,
    ) -> DecisionBatch {
        let read = timeout(INTERVAL, self.read(telemetry, application, key)).await;
        self.due_at = Instant::now() + INTERVAL;
        match read {
            Ok(Ok(batch)) => return batch,
            Ok(Err(error)) => {
                tracing::debug!(%error, "the calls of other nodes could not be read and will be read again");
            }
            Err(_) => tracing::debug!(
                "reading the calls of other nodes took too long; they will be read again"
            ),
        }
        self.batch(Vec::new(), Some(0))
    }

    async fn read(
        &mut self,
        telemetry: &Telemetry,
        application: ApplicationId,
        key: Option<KeyId>,
    ) -> Result<DecisionBatch, StoreError> {
        let Some(registration) = telemetry.store.fence().registration() else {
            return Ok(self.batch(Vec::new(), Some(0)));
        };
        let oldest = telemetry.now().plus(-WINDOW).0;
        let first = self
            .after
            .saturating_add(1)
            .max(oldest.saturating_mul(IDS_PER_MILLISECOND));
        let rows = telemetry
            .store
            .decisions_outside_lane(application, key, first, registration.lane(), MAX_ROWS)
            .await?;
        let all = i64::try_from(rows.len()).is_ok_and(|rows| rows < MAX_ROWS);
        self.seen.retain(|id| *id >= first);
        let mut calls: Vec<DecisionRecord> = rows
            .into_iter()
            .filter(|call| self.seen.insert(call.id))
            .collect();
        let skipped = calls.len().saturating_sub(MAX_BATCH);
        calls.truncate(MAX_BATCH);
        calls.reverse();
        let all = all || calls.is_empty();
        let skipped = all.then(|| u64::try_from(skipped).unwrap_or(u64::MAX));
        Ok(self.batch(calls, skipped))
    }

    fn batch(&self, calls: Vec<DecisionRecord>, skipped: Option<u64>) -> DecisionBatch {
        DecisionBatch {
            calls,
            skipped,
            last: self.after,
        }
    }
}
