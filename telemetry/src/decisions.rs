//! Single decisions. A call is copied into a bounded buffer; at least ten times a second a worker dispatches the copies to followers, to the
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
use tokio::{sync::watch, time::sleep};
use verification::CallEvent;

/// The longest time between two dispatches: the delay of a follower.
const MAX_DISPATCH_INTERVAL: Duration = Duration::from_millis(100);
/// The shortest time between two dispatches.
const MIN_DISPATCH_INTERVAL: Duration = Duration::from_millis(5);
/// Decisions that are dispatched at a time, about: verifications wait for this work where there is one processor.
const FEW: u32 = 200;

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
    /// Dispatches the decisions since the last call of this function, and returns their number.
    pub fn dispatch(&self) -> usize {
        let decisions = &self.decisions;
        // Locked before the buffer is taken, so that two dispatches cannot overtake each other.
        let mut recent = decisions.recent();
        let taken = decisions.buffer.take();
        let count = taken.calls.len();
        if taken.is_empty() {
            return count;
        }
        if let Some(registration) = self.store.fence().registration() {
            recent.set_lane(registration.lane());
        }
        let mut calls = Vec::with_capacity(taken.calls.len());
        for call in taken.calls {
            calls.push((recent.next_id(call.at()), call));
        }
        self.anomalies.observe(&calls);
        let mut sampler = decisions.sampler();
        for (id, call) in calls {
            sampler.offer(call.key(), call.verdict(), || call.decided(id));
            recent.add(id, call);
        }
        drop(sampler);
        recent.skip(taken.skipped);
        drop(recent);
        decisions.changed.send_replace(());
        count
    }

    /// Dispatches decisions every 100 milliseconds, or up to every 5 if there are many, until `stopped` returns `true`.
    pub async fn run_dispatcher(self: Arc<Self>, stopped: impl Fn() -> bool) {
        let mut interval = MAX_DISPATCH_INTERVAL;
        while !stopped() {
            sleep(interval).await;
            interval = next_interval(interval, self.dispatch());
        }
    }
}

/// Returns the interval after which [`FEW`] decisions are expected, if there were `count` of them in the last one.
fn next_interval(last: Duration, count: usize) -> Duration {
    let count = u32::try_from(count).unwrap_or(u32::MAX).max(1);
    (last * FEW / count).clamp(MIN_DISPATCH_INTERVAL, MAX_DISPATCH_INTERVAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_decisions_there_are_the_more_often_they_are_dispatched() {
        let mut interval = MAX_DISPATCH_INTERVAL;
        for (calls_per_second, expected_ms) in [
            (0, 100),
            (2_000, 100),
            (4_000, 50),
            (20_000, 10),
            (40_000, 5),
            (80_000, 5),
            (4_000, 50),
            (0, 100),
        ] {
            let expected = Duration::from_millis(expected_ms);
            for _ in 0..2 {
                let calls = interval.as_millis() * calls_per_second / 1_000;
                let calls = usize::try_from(calls).expect("few");
                interval = next_interval(interval, calls);
            }
            assert_eq!(interval, expected, "{calls_per_second}");
        }
        assert_eq!(
            next_interval(MAX_DISPATCH_INTERVAL, usize::MAX),
            MIN_DISPATCH_INTERVAL
        );
    }
}
