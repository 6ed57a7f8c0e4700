//! Counts that have not been written to the rollups. They are journaled in the database every second, in one compact entry; the
//! rollups, with several rows a key, are written once a minute or before a read, and at once for a key that was quiet: other
//! nodes read them.

use super::{
    dimension_counts::ValuesByKey,
    journal::{self, EntryWriter},
    key_counts::KeyCounts,
    pending_counts::PendingCounts,
    pending_values::PendingValues,
    recent_calls::RecentCalls,
    reports::Reports,
};
use domain::{
    id::ApplicationId,
    key::token::KeyId,
    time::{MINUTE, Timestamp},
};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};
use store::{UsageBatch, UsageReport};
use uuid::Uuid;
use verification::KeyMap;

/// Keys whose counts are accumulated before the rollups are written early, so that one write does not take too long.
const MAX_KEYS: usize = 20_000;
/// Keys that were quiet and whose counts are written in one second, five rows each or more; the counts of others are journaled.
const MAX_QUIET_KEYS: usize = 1_000;
/// Keys whose counts are added before other tasks run: verifications wait for this work where there is one processor.
const MAX_ADDED: usize = 200;
/// Values in memory before they are written early. A value takes 40 bytes.
const MAX_VALUES: usize = 2_000_000;

/// How much of the counts a flush writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FlushScope {
    /// A journal entry, from which the next process recovers after a kill. Of keys that were quiet, the numbers of calls.
    Journal,
    /// The numbers of calls, and the last calls.
    Totals,
    /// The breakdowns by address, route, scope and user agent too.
    All,
}

/// A journal entry to be written.
pub(crate) struct JournalEntry {
    pub(crate) batch: Uuid,
    pub(crate) seq: i64,
    pub(crate) body: Vec<u8>,
}

/// The journal of a killed process, by batch.
#[derive(Default)]
pub(crate) struct Recovery(BTreeMap<Uuid, KeyMap<KeyCounts>>);

/// Counts on their way into the rollups.
#[derive(Default)]
pub(crate) struct Accumulator {
    keys: KeyMap<KeyCounts>,
    /// The id of the batch that these counts will be written as, and the number of its journal entries. Once the batch is written,
    /// its journal entries are obsolete.
    batch: Option<(Uuid, i64)>,
    /// How much the collection in progress writes. It stays if the collection is cancelled, so that the next one writes as much.
    due: Option<FlushScope>,
    /// Counts that were taken from the stripes and are not added yet.
    taken: Vec<KeyMap<KeyCounts>>,
    /// Counts of keys that were quiet. They are written at once.
    quiet: KeyMap<KeyCounts>,
    /// The journal entry of the counts that were added since the last one.
    entry: Option<EntryWriter>,
    /// Reports that are not in a batch yet.
    reports: Vec<UsageReport>,
    /// The minute of the last complete write.
    minute: i64,
    /// Accepted calls of the last minute.
    pub(super) recent: RecentCalls,
    /// The batch that is written next, once it is prepared.
    next: Option<Arc<UsageBatch>>,
    /// Counts of batches that are written after it, in their order.
    counts: VecDeque<PendingCounts>,
    /// Values that are written after them.
    values: PendingValues,
}

impl Accumulator {
    /// Returns how much is to be written if `scope` is requested while the stripes have `values`.
    pub(super) fn due(&mut self, scope: FlushScope, values: usize, now: Timestamp) -> FlushScope {
        let minute = now.0.div_euclid(MINUTE);
        let ended = minute != std::mem::replace(&mut self.minute, minute);
        let asked = self.due.map_or(scope, |due| due.max(scope));
        let due = if ended || values >= MAX_VALUES {
            FlushScope::All
        } else if self.keys.len() >= MAX_KEYS {
            asked.max(FlushScope::Totals)
        } else {
            asked
        };
        self.due = Some(due);
        due
    }

    /// Takes a stripe's counts, which [`Accumulator::add_few`] adds, and its values.
    pub(super) fn take(&mut self, keys: KeyMap<KeyCounts>, values: Option<ValuesByKey>) {
        if !keys.is_empty() {
            self.taken.push(keys);
        }
        if let Some(values) = values {
            self.values.push(values);
        }
    }

    /// Returns the counts of a key that are taken and not added yet.
    pub(super) fn taken(&self, key: KeyId) -> impl Iterator<Item = &KeyCounts> {
        self.taken.iter().filter_map(move |keys| keys.get(&key))
    }

    /// Takes what services reported.
    pub(super) fn take_reports(&mut self, reports: Reports) {
        self.reports.extend(reports.into_rows());
    }

    /// Adds the taken counts of a few keys; returns whether there are more.
    pub(super) fn add_few(&mut self, now: Timestamp) -> bool {
        let Some(keys) = self.taken.last_mut() else {
            return false;
        };
        let few: Vec<_> = keys.extract_if(|_, _| true).take(MAX_ADDED).collect();
        if keys.is_empty() {
            self.taken.pop();
        }
        for (key, counts) in few {
            self.add(key, counts, now);
        }
        !self.taken.is_empty()
    }

    fn add(&mut self, key: KeyId, counts: KeyCounts, now: Timestamp) {
        let journaled = self.due == Some(FlushScope::Journal);
        let quiet = journaled && self.is_quiet(key, &counts, now);
        for (at, calls) in counts.accepted() {
            self.recent.add(key, calls, at);
        }
        if quiet {
            journal::merge(&mut self.quiet, key, counts);
            return;
        }
        if journaled {
            let entry = self.entry.get_or_insert_with(|| EntryWriter::new(now));
            entry.add(key, &counts);
        }
        journal::merge(&mut self.keys, key, counts);
    }

    /// Whether a key has accepted calls now and had none in the minute before, and may be written at once.
    fn is_quiet(&mut self, key: KeyId, counts: &KeyCounts, now: Timestamp) -> bool {
        self.quiet.contains_key(&key)
            || counts.last.is_some()
                && self.quiet.len() < MAX_QUIET_KEYS
                && self.recent.of(key, now) == 0
    }

    /// Ends a collection, when all taken counts are added: makes a pending batch, or a journal entry for the caller to write, or both.
    pub(super) fn finish(
        &mut self,
        now: Timestamp,
        mut new_id: impl FnMut() -> Uuid,
    ) -> Option<JournalEntry> {
        let (quiet, entry) = (std::mem::take(&mut self.quiet), self.entry.take());
        let mut journaled = None;
        let reports = std::mem::take(&mut self.reports);
        let counts = if self.due.take() == Some(FlushScope::Journal) {
            if let Some(entry) = entry {
                let (batch, entries) = self.batch.get_or_insert_with(|| (new_id(), 0));
                *entries += 1;
                journaled = Some(JournalEntry {
                    batch: *batch,
                    seq: *entries,
                    body: entry.into_bytes(),
                });
            }
            PendingCounts::new(new_id(), now, quiet, reports)
        } else {
            // A collection that was cancelled has left them.
            for (key, counts) in quiet {
                journal::merge(&mut self.keys, key, counts);
            }
            self.totals(now, reports, new_id)
        };
        if !counts.is_empty() {
            self.counts.push_back(counts);
        }
        journaled
    }

    /// Prepares a part of the next batch; returns whether there is more of it.
    pub(super) fn prepare_few(&mut self) -> bool {
        if self.next.is_some() {
            return false;
        }
        let Some(counts) = self.counts.front_mut() else {
            return self.values.merge_few();
        };
        if counts.convert_few() {
            return true;
        }
        let counts = self.counts.pop_front();
        self.next = counts.map(|counts| Arc::new(counts.into_batch()));
        false
    }

    /// Returns the next batch, which is prepared. It stays here until [`Accumulator::remove_written`], so that a flush that is cancelled
    /// loses nothing.
    pub(super) fn next_batch(
        &mut self,
        now: Timestamp,
        new_id: impl FnOnce() -> Uuid,
    ) -> Option<Arc<UsageBatch>> {
        if self.next.is_none() {
            let breakdowns = self.values.take_rows();
            if !breakdowns.is_empty() {
                self.next = Some(Arc::new(UsageBatch {
                    breakdowns,
                    ..UsageBatch::empty(new_id(), now)
                }));
            }
        }
        self.next.clone()
    }

    /// Removes the batch that [`Accumulator::next_batch`] has returned.
    pub(super) fn remove_written(&mut self) {
        self.next = None;
    }

    /// The number of batches that are not written yet.
    pub(super) fn pending(&self) -> usize {
        self.counts.len() + usize::from(self.next.is_some())
    }

    /// Makes a batch of the accumulated counts under the id of their journal entries.
    fn totals(
        &mut self,
        now: Timestamp,
        reports: Vec<UsageReport>,
        new_id: impl FnMut() -> Uuid,
    ) -> PendingCounts {
        let id = self.batch.take().map_or_else(new_id, |(id, _)| id);
        PendingCounts::new(id, now, std::mem::take(&mut self.keys), reports)
    }

    /// Makes a batch of the accumulated counts because their journal entry could not be written.
    pub(super) fn abandon_journal(&mut self, now: Timestamp, new_id: impl FnMut() -> Uuid) {
        if !self.keys.is_empty() {
            let counts = self.totals(now, Vec::new(), new_id);
            self.counts.push_back(counts);
        }
    }
}

impl Recovery {
    /// Adds an entry; returns `false` if it cannot be decoded.
    pub(crate) fn add(
        &mut self,
        batch: Uuid,
        body: &[u8],
        application: impl Fn(KeyId) -> Option<ApplicationId>,
    ) -> bool {
        journal::read(body, self.0.entry(batch).or_default(), application).is_some()
    }

    /// Returns the batches to be written.
    pub(crate) fn into_batches(self, now: Timestamp) -> impl Iterator<Item = UsageBatch> {
        self.0
            .into_iter()
            .map(move |(id, keys)| PendingCounts::new(id, now, keys, Vec::new()).into_batch())
    }
}

#[cfg(test)]
mod tests;
