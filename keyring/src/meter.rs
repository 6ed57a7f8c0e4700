//! Counting calls in memory until they are written.

mod held;
mod note;
mod recent;
pub(crate) mod reports;
mod rows;
mod shared;
pub(crate) mod tally;
mod used;

use crate::{
    by_id::{ById, Hashed},
    verify::Call,
};
use domain::{
    id::ApplicationId,
    key::token::KeyId,
    time::{MINUTE, Timestamp},
    verdict::Verdict,
};
use held::Held;
use reports::{Reports, Sums};
use std::sync::{Mutex, MutexGuard, PoisonError};
use store::UsageBatch;
use tally::{Marker, Tally, address_text, clean};
use used::{Last, Used};
use uuid::Uuid;

pub(crate) use held::{Extent, Note, Noted};

/// A key and its application; nothing where there is no such key.
type Called = Option<(KeyId, ApplicationId)>;

/// A decided call.
pub(crate) struct Observation<'a> {
    pub(crate) key: Called,
    pub(crate) verdict: Verdict,
    /// The secret was the right one.
    pub(crate) proven: bool,
    pub(crate) now: Timestamp,
    pub(crate) call: &'a Call<'a>,
}

/// Calls counted by key, minute and verdict. Only keys that exist are told apart, so that its memory is bounded by them;
/// calls of no key are counted in one, so that they cost what others do.
#[derive(Default)]
pub(crate) struct Meter {
    fresh: Mutex<Fresh>,
    reports: Mutex<Reports>,
    /// Asked by whoever writes, and by nobody who calls.
    held: Mutex<Held>,
    marker: Marker,
}

/// What was counted since it was looked at last.
#[derive(Default)]
struct Fresh {
    keys: ById<Used>,
    nobody: Option<Used>,
    tally: Tally,
}

impl Meter {
    pub(crate) fn record(&self, seen: &Observation<'_>) {
        let outcome = seen.verdict.outcome();
        let (minute, verdict) = (seen.now.floor(MINUTE), seen.verdict.plain());
        // Whoever knows no secret fills no table with values of their own.
        let marks = seen.proven.then(|| self.marker.marks(seen.call));
        let mut fresh = self.fresh();
        let Some((key, application)) = seen.key else {
            let nobody = ApplicationId(Uuid::nil());
            fresh
                .nobody
                .get_or_insert_with(|| Used::new(nobody, minute, verdict))
                .add(minute, verdict, 1);
            return;
        };
        let used = fresh
            .keys
            .entry(key)
            .or_insert_with(|| Used::new(application, minute, verdict));
        used.add(minute, verdict, 1);
        if seen.verdict == Verdict::Accepted {
            match &mut used.last {
                Some(last) if last.at.0 / 1_000 == seen.now.0 / 1_000 => {
                    last.at = last.at.max(seen.now);
                }
                last => *last = Some(last_use(seen)),
            }
        }
        if let Some(marks) = marks {
            fresh
                .tally
                .add((key, application), seen.now, &marks, seen.call, outcome);
        }
    }

    /// Accepted calls of a key in the last 60 seconds.
    pub(crate) fn last_minute(&self, key: KeyId, now: Timestamp) -> i64 {
        let mut held = self.held();
        let mut calls = held.recent.of(key, now);
        let since = now.plus(-MINUTE);
        if let Some(used) = self.fresh().keys.get(&key) {
            let new = used.accepted().filter(|(at, _)| *at > since);
            calls += new.map(|(_, calls)| calls).sum::<i64>();
        }
        calls
    }

    /// Takes what was counted until now, for as much of it to be written as is due. `new_id` names batches.
    pub(crate) fn take(
        &self,
        extent: Extent,
        now: Timestamp,
        new_id: impl FnMut() -> Uuid,
    ) -> Option<Note> {
        let mut held = self.held();
        let due = held.due(extent, now);
        let mut fresh = self.fresh();
        let keys = fresh.keys.len();
        drop(fresh);
        // Room for as many as this time is made here, and not while a call waits.
        let room = ById::with_capacity_and_hasher(keys, Hashed::default());
        fresh = self.fresh();
        let keys = std::mem::replace(&mut fresh.keys, room);
        fresh.nobody = None;
        let tally = (due == Extent::All).then(|| std::mem::take(&mut fresh.tally));
        drop(fresh);
        let reports = std::mem::take(&mut *self.reports());
        held.take(keys, tally, reports, due, now, new_id)
    }

    /// Takes a report; `false` where there is no room for it.
    pub(crate) fn report(&self, id: Option<Uuid>, sums: Sums) -> bool {
        self.reports().add(id, sums)
    }

    /// How many batches could not be written yet.
    pub(crate) fn pending(&self) -> usize {
        self.held().pending.len()
    }

    /// The next batch that is to be written.
    pub(crate) fn next_batch(&self) -> Option<UsageBatch> {
        self.held().pending.pop_front()
    }

    /// Takes back a batch that could not be written, to be tried again under the same id.
    pub(crate) fn keep(&self, batch: UsageBatch) {
        self.held().pending.push_front(batch);
    }

    /// Lets what a note could not be written of be added up instead.
    pub(crate) fn give_up_notes(&self, now: Timestamp, new_id: impl FnMut() -> Uuid) {
        self.held().give_up_notes(now, new_id);
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reports(&self) -> MutexGuard<'_, Reports> {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fresh(&self) -> MutexGuard<'_, Fresh> {
        self.fresh.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn last_use(seen: &Observation<'_>) -> Last {
    Last {
        at: seen.now,
        address: address_text(seen.call.address),
        user_agent: clean(seen.call.user_agent),
        route: seen.call.route.text(),
    }
}
