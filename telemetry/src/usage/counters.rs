//! Counters of calls, in memory until they are written.

use super::{
    accumulator::{Accumulator, FlushScope, JournalEntry},
    dimension_counts::{DimensionCounts, DimensionHasher},
    key_counts::{KeyCounts, LastCall},
    reports::{ReportSums, Reports},
};
use crate::striped::Striped;
use domain::{
    id::ApplicationId,
    key::token::KeyId,
    time::{MINUTE, SECOND, Timestamp},
    verdict::Verdict,
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::UsageBatch;
use uuid::Uuid;
use verification::{CallEvent, KeyIdHasher, KeyMap};

/// Counts calls by key, minute and verdict. Only existing keys are distinguished, so memory is bounded by their number. Calls
/// of unknown keys are counted together, so that they cost the same time as others.
#[derive(Default)]
pub(crate) struct UsageCounters {
    recent: Striped<RecentCounts>,
    reports: Mutex<Reports>,
    /// Locked by workers and readers, and not by calls.
    accumulator: Mutex<Accumulator>,
    hasher: DimensionHasher,
}

/// Counts since the last collection.
#[derive(Default)]
struct RecentCounts {
    keys: KeyMap<KeyCounts>,
    unknown: Option<KeyCounts>,
    dimensions: DimensionCounts,
}

impl UsageCounters {
    /// Counts a call.
    pub(crate) fn record(&self, event: &CallEvent<'_>) {
        let (minute, verdict) = (event.at.floor(MINUTE), event.verdict.without_details());
        // Without the right secret a caller cannot fill tables with values of their choice.
        let hashes = event
            .verdict
            .secret_matched()
            .then(|| self.hasher.hashes(event.call));
        let mut recent = self.recent.lock();
        let recent = &mut *recent;
        let Some((key, tenant)) = event.key else {
            let none = ApplicationId(Uuid::nil());
            recent
                .unknown
                .get_or_insert_with(|| KeyCounts::new(none, minute, verdict))
                .add(minute, verdict, 1);
            return;
        };
        let application = tenant.application;
        let counts = recent
            .keys
            .entry(key)
            .or_insert_with(|| KeyCounts::new(application, minute, verdict));
        counts.add(minute, verdict, 1);
        // Without the right secret, a call is neither accepted nor counted by its values.
        let Some(hashes) = hashes else {
            return;
        };
        if event.verdict == Verdict::Accepted {
            match &mut counts.last {
                Some(last) if last.at.0 / SECOND == event.at.0 / SECOND => {
                    last.at = last.at.max(event.at);
                }
                last => {
                    let texts = recent.dimensions.route_and_user_agent(&hashes, event.call);
                    *last = Some(last_call(event, texts));
                }
            }
        }
        let outcome = event.verdict.outcome();
        recent
            .dimensions
            .add((key, application), event.at, &hashes, event.call, outcome);
    }

    /// Returns the accepted calls of a key in the last 60 seconds.
    pub(crate) fn last_minute(&self, key: KeyId, now: Timestamp) -> i64 {
        let mut accumulator = self.accumulator();
        let since = now.plus(-MINUTE);
        let new = |counts: &KeyCounts| -> i64 {
            let new = counts.accepted().filter(|(at, _)| *at > since);
            new.map(|(_, calls)| calls).sum()
        };
        let mut calls = accumulator.recent.of(key, now);
        calls += accumulator.taken(key).map(new).sum::<i64>();
        for recent in self.recent.lock_each() {
            calls += recent.keys.get(&key).map_or(0, new);
        }
        calls
    }

    /// Takes the counts so far, to be written in `scope`, or in more if more is due.
    pub(crate) fn take(&self, scope: FlushScope, now: Timestamp) {
        let mut accumulator = self.accumulator();
        let recent = self.recent.lock_each();
        let in_memory = recent.map(|recent| recent.dimensions.len()).sum();
        let due = accumulator.due(scope, in_memory, now);
        for stripe in self.recent.stripes() {
            let capacity = stripe.lock().keys.len();
            // Allocated while no call waits.
            let empty = KeyMap::with_capacity_and_hasher(capacity, KeyIdHasher::default());
            let mut recent = stripe.lock();
            let counted = std::mem::replace(&mut recent.keys, empty);
            recent.unknown = None;
            let new_dimensions =
                (due == FlushScope::All).then(|| std::mem::take(&mut recent.dimensions));
            drop(recent);
            accumulator.take(counted, new_dimensions.map(DimensionCounts::into_keys));
        }
        accumulator.take_reports(std::mem::take(&mut *self.reports()));
    }

    /// Adds the taken counts of a few keys; returns whether there are more.
    pub(crate) fn add_few(&self, now: Timestamp) -> bool {
        self.accumulator().add_few(now)
    }

    /// Makes pending batches, or a journal entry for the caller to write, when all taken counts are added. `new_id` generates batch ids.
    pub(crate) fn finish(
        &self,
        now: Timestamp,
        new_id: impl FnMut() -> Uuid,
    ) -> Option<JournalEntry> {
        self.accumulator().finish(now, new_id)
    }

    /// Adds a report; returns `false` if there is no room for it.
    pub(crate) fn add_report(&self, id: Option<Uuid>, sums: ReportSums) -> bool {
        self.reports().add(id, sums)
    }

    /// The number of batches that are not written yet.
    pub(crate) fn pending(&self) -> usize {
        self.accumulator().pending()
    }

    /// Prepares a part of the next batch to be written; returns whether there is more of it.
    pub(crate) fn prepare_few(&self) -> bool {
        self.accumulator().prepare_few()
    }

    /// Returns the next batch, which is prepared, and the same one again until [`UsageCounters::remove_written`].
    pub(crate) fn next_batch(
        &self,
        now: Timestamp,
        new_id: impl FnOnce() -> Uuid,
    ) -> Option<Arc<UsageBatch>> {
        self.accumulator().next_batch(now, new_id)
    }

    /// Removes the batch that [`UsageCounters::next_batch`] has returned.
    pub(crate) fn remove_written(&self) {
        self.accumulator().remove_written();
    }

    /// Makes a batch of the counts whose journal entry could not be written.
    pub(crate) fn abandon_journal(&self, now: Timestamp, new_id: impl FnMut() -> Uuid) {
        self.accumulator().abandon_journal(now, new_id);
    }

    fn accumulator(&self) -> MutexGuard<'_, Accumulator> {
        self.accumulator
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn reports(&self) -> MutexGuard<'_, Reports> {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn last_call(event: &CallEvent<'_>, [route, user_agent]: [Arc<str>; 2]) -> LastCall {
    LastCall {
        at: event.at,
        address: event.call.address.map(|address| address.to_canonical()),
        user_agent,
        route,
    }
}
