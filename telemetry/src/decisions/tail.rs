//! The newest decisions, for followers. A follower has a position among them and no buffer of its own: a slow one delays nothing.

use super::{
    Decisions,
    buffer::{PendingDecision, TakenDecisions},
    other_nodes::OtherNodes,
};
use crate::Telemetry;
use domain::{
    decision::DecisionBatch,
    id::ApplicationId,
    key::token::KeyId,
    time::{HOUR, Timestamp},
};
use std::{collections::VecDeque, ops::Range, pin::pin, sync::Arc};
use store::LANES;
use tokio::sync::watch;

/// Decisions in memory for followers.
const MAX_RECENT: usize = 10_000;
/// Calls in one batch; of more, the newest.
pub(super) const MAX_BATCH: usize = 50;
/// Ids in one millisecond.
pub(super) const IDS_PER_MILLISECOND: i64 = 1_000;
/// How far ids may be ahead of the clock for [`ids_between`]: they are if the clock was set back.
const MAX_AHEAD: i64 = HOUR;

/// Returns the ids of decisions from one instant until another, with some before and after them. An id is never less than its
/// instant's.
pub(crate) fn ids_between(from: Option<Timestamp>, until: Option<Timestamp>) -> Range<i64> {
    let first = |at: Timestamp| at.0.saturating_mul(IDS_PER_MILLISECOND);
    let end = |until: Timestamp| first(until.plus(MAX_AHEAD));
    from.map_or(i64::MIN, first)..until.map_or(i64::MAX, end)
}

/// The newest decisions, in the order of their ids.
pub(super) struct RecentDecisions {
    entries: VecDeque<RecentEntry>,
    /// The id of the newest one.
    last: i64,
    /// The id of the newest one that was dropped.
    lost: i64,
    /// The remainder of the ids when they are divided by [`LANES`]; none without a registration.
    lane: Option<i64>,
    /// Decisions that are dispatched next; they have no ids yet.
    pub(super) taken: TakenDecisions,
}

struct RecentEntry {
    id: i64,
    content: EntryContent,
}

enum EntryContent {
    /// Not cleaned yet: most are never read.
    Call(PendingDecision),
    /// The number of skipped calls of a key.
    Skipped(ApplicationId, KeyId, u64),
}

/// Follows the decisions about an application's keys, or about one key.
pub struct Tail {
    telemetry: Arc<Telemetry>,
    application: ApplicationId,
    key: Option<KeyId>,
    after: i64,
    changed: watch::Receiver<()>,
    /// The other nodes, if there can be some.
    others: Option<OtherNodes>,
}

impl RecentDecisions {
    pub(super) fn new(last: i64) -> Self {
        Self {
            entries: VecDeque::new(),
            last,
            lost: last,
            lane: None,
            taken: TakenDecisions::default(),
        }
    }

    /// Takes up to `max` of the decisions that are dispatched next, and gives them ids.
    pub(super) fn next_calls(&mut self, max: usize) -> Vec<(i64, PendingDecision)> {
        let count = self.taken.calls.len().min(max);
        let mut calls = Vec::with_capacity(count);
        while calls.len() < count
            && let Some(call) = self.taken.calls.pop_front()
        {
            calls.push((self.next_id(call.at()), call));
        }
        calls
    }

    /// Returns an id for a call at this instant. Nodes take ids from different lanes.
    pub(super) fn next_id(&mut self, at: Timestamp) -> i64 {
        let first =
            at.0.saturating_mul(IDS_PER_MILLISECOND)
                .max(self.last.saturating_add(1));
        self.last = match self.lane {
            Some(lane) => first.saturating_add((lane - first).rem_euclid(LANES)),
            None => first,
        };
        self.last
    }

    /// Takes ids from this lane from now on.
    pub(super) fn set_lane(&mut self, lane: i64) {
        self.lane = Some(lane);
    }

    /// Adds a call under an id of [`RecentDecisions::next_id`].
    pub(super) fn add(&mut self, id: i64, call: PendingDecision) {
        self.push(id, EntryContent::Call(call));
    }

    /// Adds the numbers of calls that found no room in the buffer.
    pub(super) fn add_skipped(&mut self) {
        for ((application, key), calls) in std::mem::take(&mut self.taken.skipped) {
            let id = self.next_id(Timestamp(0));
            self.push(id, EntryContent::Skipped(application, key, calls));
        }
    }

    fn push(&mut self, id: i64, content: EntryContent) {
        if self.entries.len() >= MAX_RECENT
            && let Some(lost) = self.entries.pop_front()
        {
            self.lost = lost.id;
        }
        self.entries.push_back(RecentEntry { id, content });
    }

    fn since(&self, after: i64, application: ApplicationId, key: Option<KeyId>) -> DecisionBatch {
        let first = self.entries.partition_point(|entry| entry.id <= after);
        let mut calls = Vec::new();
        let mut skipped = 0_u64;
        for entry in self.entries.range(first..).rev() {
            match &entry.content {
                EntryContent::Call(call) => {
                    if call.application() != application || key.is_some_and(|key| key != call.key())
                    {
                        continue;
                    }
                    if calls.len() < MAX_BATCH {
                        calls.push(call.decided(entry.id));
                    } else {
                        skipped += 1;
                    }
                }
                EntryContent::Skipped(of, called, count) => {
                    if *of == application && key.is_none_or(|key| key == *called) {
                        skipped += count;
                    }
                }
            }
        }
        calls.reverse();
        DecisionBatch {
            calls,
            skipped: (after >= self.lost).then_some(skipped),
            last: self.last,
        }
    }
}

impl Decisions {
    /// The id of the newest decision.
    pub(crate) fn last(&self) -> i64 {
        self.recent().last
    }
}

impl Telemetry {
    /// Follows the decisions about an application's keys, or about one of them, that are newer than the decision `after`; by default
    /// those from now on. (There is nothing to read about a key of another application.)
    pub fn tail(
        self: &Arc<Self>,
        application: ApplicationId,
        key: Option<KeyId>,
        after: Option<i64>,
    ) -> Tail {
        let last = self.decisions.last();
        // A quiet node may have an old id.
        let now = self.now().0.saturating_mul(IDS_PER_MILLISECOND);
        Tail {
            application,
            key,
            after: after.unwrap_or(last),
            changed: self.decisions.changed.subscribe(),
            others: OtherNodes::new(self, after.unwrap_or_else(|| last.max(now))),
            telemetry: Arc::clone(self),
        }
    }
}

impl Tail {
    /// Waits for the next batch: of this node, or of others, which are read once a second. Of others there are those that are stored: a
    /// sample. Cancel safe: no decision is lost.
    pub async fn next(&mut self) -> DecisionBatch {
        let Self {
            telemetry,
            application,
            key,
            after,
            changed,
            others,
        } = self;
        // A node that always has a batch shows those of others too.
        if let Some(others) = others.as_mut().filter(|others| others.is_due()) {
            let batch = others.read_due(telemetry, *application, *key).await;
            if !batch.is_empty() {
                return DecisionBatch {
                    last: *after,
                    ..batch
                };
            }
        }
        let mut others = pin!(async {
            match others {
                Some(others) => others.next(telemetry, *application, *key).await,
                None => std::future::pending().await,
            }
        });
        loop {
            changed.mark_unchanged();
            let batch = telemetry
                .decisions
                .recent()
                .since(*after, *application, *key);
            *after = batch.last;
            if !batch.is_empty() {
                return batch;
            }
            tokio::select! {
                // The sender is dropped with the telemetry, which this follower keeps alive.
                notified = changed.changed() => if notified.is_err() {
                    return batch;
                },
                batch = &mut others => return DecisionBatch { last: *after, ..batch },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_with_different_lanes_use_different_ids() {
        let ids = |lane| {
            let mut recent = RecentDecisions::new(0);
            recent.set_lane(lane);
            [7, 7, 8].map(|at| recent.next_id(Timestamp(at)))
        };
        let (one, two) = (ids(1), ids(2));
        assert!(
            one.is_sorted() && one.iter().all(|id| id % LANES == 1),
            "{one:?}"
        );
        assert!(two.iter().all(|id| id % LANES == 2), "{two:?}");
        assert_eq!(one[2], 8_000 + 1);
    }
}
