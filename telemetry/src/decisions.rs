//! Single decisions. A call is copied into a bounded buffer; ten times a second a worker dispatches the copies to followers, to the
//! anomaly detection, and to a sample that is stored.

mod buffer;
mod other_nodes;
mod sampler;
mod table;
mod tail;

pub(crate) use buffer::PendingDecision;
pub use tail::Tail;
pub(crate) use tail::ids_between;

use crate::Telemetry;
use buffer::DecisionBuffer;
use sampler::DecisionSampler;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use table::RowCount;
use tail::RecentDecisions;
use tokio::{
    sync::watch,
    task::yield_now,
    time::{MissedTickBehavior, interval},
};
use verification::CallEvent;

/// How often decisions are dispatched: the delay of a follower.
const DISPATCH_INTERVAL: Duration = Duration::from_millis(100);
/// Decisions that are dispatched before other tasks run: verifications wait for this work where there is one processor.
const MAX_DISPATCHED: usize = 100;

/// Decisions on their way to followers and into the database.
pub(crate) struct Decisions {
    buffer: DecisionBuffer,
    recent: Mutex<RecentDecisions>,
    sampler: Mutex<DecisionSampler>,
    /// Held while decisions are written or pruned.
    row_count: tokio::sync::Mutex<RowCount>,
    /// Notified after each change of `recent`.
    changed: watch::Sender<()>,
}

impl Decisions {
    /// Creates a stream whose ids are greater than `last`.
    pub(crate) fn new(last: i64) -> Self {
        Self {
            buffer: DecisionBuffer::default(),
            recent: Mutex::new(RecentDecisions::new(last)),
            sampler: Mutex::default(),
            row_count: tokio::sync::Mutex::default(),
            changed: watch::Sender::new(()),
        }
    }

    /// Buffers the call if its key exists. If the buffer is full, the call is only counted.
    pub(crate) fn record(&self, event: &CallEvent<'_>) {
        if let Some((key, tenant)) = event.key {
            self.buffer.push(key, tenant, event);
        }
    }

    fn sampler(&self) -> MutexGuard<'_, DecisionSampler> {
        self.sampler.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn recent(&self) -> MutexGuard<'_, RecentDecisions> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Telemetry {
    /// Dispatches the decisions until now, a few at a time: calls are verified in between. Followers are notified at the end.
    pub async fn dispatch(&self) {
        self.take_decisions();
        while self.dispatch_few() {
            yield_now().await;
        }
    }

    fn take_decisions(&self) {
        // Locked before the buffer is emptied, so that decisions stay in their order.
        let mut recent = self.decisions.recent();
        self.decisions.buffer.take(&mut recent.taken);
        if let Some(registration) = self.store.fence().registration() {
            recent.set_lane(registration.lane());
        }
    }

    /// Dispatches a few of the decisions that were taken; returns whether there are more.
    fn dispatch_few(&self) -> bool {
        let decisions = &self.decisions;
        let mut recent = decisions.recent();
        if recent.taken.is_empty() {
            return false;
        }
        let calls = recent.next_calls(MAX_DISPATCHED);
        self.anomalies.observe(&calls);
        let mut sampler = decisions.sampler();
        for (id, call) in calls {
            sampler.offer(call.key(), call.verdict(), || call.decided(id));
            recent.add(id, call);
        }
        drop(sampler);
        if !recent.taken.calls.is_empty() {
            return true;
        }
        recent.add_skipped();
        drop(recent);
        decisions.changed.send_replace(());
        false
    }

    /// Dispatches decisions every 100 milliseconds until `stopped` returns `true`.
    pub async fn run_dispatcher(self: Arc<Self>, stopped: impl Fn() -> bool) {
        let mut tick = interval(DISPATCH_INTERVAL);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !stopped() {
            tick.tick().await;
            self.dispatch().await;
        }
    }
}
