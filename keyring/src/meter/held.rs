//! What was counted and not added up yet. It is noted in the database each second, whole and in few bytes; the rollups,
//! where it is several rows a key, are written once a minute, or before somebody reads them.

use super::{
    note, recent::Recent, reports::Reports, rows, shared::Named, tally::Tally, used::Used,
};
use crate::by_id::ById;
use domain::{
    id::ApplicationId,
    key::token::KeyId,
    time::{MINUTE, Timestamp},
};
use std::collections::{BTreeMap, VecDeque};
use store::UsageBatch;
use uuid::Uuid;

/// Keys whose counts are held at most: of so many the rows can be written while others wait.
const MOST: usize = 20_000;
/// Rows of what calls have in common that are written at once, for the same reason.
const COMMON_AT_ONCE: usize = 5_000;

/// How much of what was counted is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Extent {
    /// A note of it, for whoever starts after a server that was killed.
    Note,
    /// How many calls there were, and the last ones.
    Numbers,
    /// What the calls had in common, too.
    All,
}

/// A note that is to be written.
pub(crate) struct Note {
    pub(crate) batch: Uuid,
    pub(crate) seq: i64,
    pub(crate) body: Vec<u8>,
}

/// Notes of servers that were killed, by their batches.
#[derive(Default)]
pub(crate) struct Noted(BTreeMap<Uuid, ById<Used>>);

/// What is held.
#[derive(Default)]
pub(crate) struct Held {
    keys: ById<Used>,
    /// Under which id it will be added up, and how many notes there are of it. A note's batch says what it is part of:
    /// once that is written, the note counts no more.
    batch: Option<(Uuid, i64)>,
    /// The minute in which all was written last.
    minute: i64,
    /// How often keys were accepted lately.
    pub(super) recent: Recent,
    /// The values that are told apart for applications.
    named: Named,
    /// Batches that are to be written, or could not be written yet, in their order.
    pub(super) pending: VecDeque<UsageBatch>,
}

impl Held {
    /// How much is to be written, where `extent` is asked for.
    pub(super) fn due(&mut self, extent: Extent, now: Timestamp) -> Extent {
        let minute = now.0.div_euclid(MINUTE);
        if minute != std::mem::replace(&mut self.minute, minute) {
            Extent::All
        } else if self.keys.len() >= MOST {
            extent.max(Extent::Numbers)
        } else {
            extent
        }
    }

    /// Takes in what was counted: as a note for the caller to write, or as pending batches.
    pub(super) fn take(
        &mut self,
        keys: ById<Used>,
        tally: Option<Tally>,
        reports: Reports,
        due: Extent,
        now: Timestamp,
        mut new_id: impl FnMut() -> Uuid,
    ) -> Option<Note> {
        let mut made = None;
        if due == Extent::Note && !keys.is_empty() {
            let (batch, notes) = self.batch.get_or_insert_with(|| (new_id(), 0));
            *notes += 1;
            made = Some(Note {
                batch: *batch,
                seq: *notes,
                body: note::write(&keys, now),
            });
        }
        for (key, used) in keys {
            for (at, calls) in used.accepted() {
                self.recent.add(key, calls, at);
            }
            note::take_in(&mut self.keys, key, used);
        }
        let (mut common, shared) = tally.map(Tally::into_rows).unwrap_or_default();
        common.append(&mut self.named.rows(shared, now));
        let mut batch = if due == Extent::Note || self.keys.is_empty() {
            numbers(new_id(), now, ById::default())
        } else {
            self.numbers(now, &mut new_id)
        };
        batch.reports = reports.into_rows();
        loop {
            let rest = common.split_off(common.len().min(COMMON_AT_ONCE));
            batch.by.append(&mut common);
            if !batch.is_empty() {
                self.pending.push_back(batch);
            }
            if rest.is_empty() {
                break;
            }
            common = rest;
            batch = numbers(new_id(), now, ById::default());
        }
        made
    }

    /// Lets what is held be written under the id of its notes.
    fn numbers(&mut self, now: Timestamp, new_id: impl FnMut() -> Uuid) -> UsageBatch {
        let id = self.batch.take().map_or_else(new_id, |(id, _)| id);
        numbers(id, now, std::mem::take(&mut self.keys))
    }

    /// Lets what is held be written at the next time: its last note could not be.
    pub(super) fn give_up_notes(&mut self, now: Timestamp, new_id: impl FnMut() -> Uuid) {
        if !self.keys.is_empty() {
            let batch = self.numbers(now, new_id);
            self.pending.push_back(batch);
        }
    }
}

impl Noted {
    /// Adds a note; `false` where it cannot be read.
    pub(crate) fn add(
        &mut self,
        batch: Uuid,
        body: &[u8],
        application: impl Fn(KeyId) -> Option<ApplicationId>,
    ) -> bool {
        note::read(body, self.0.entry(batch).or_default(), application).is_some()
    }

    /// What is to be written of them.
    pub(crate) fn into_batches(self, now: Timestamp) -> impl Iterator<Item = UsageBatch> {
        self.0
            .into_iter()
            .map(move |(id, keys)| numbers(id, now, keys))
    }
}

/// The rows of what was counted. Keys are in one order everywhere, so that two writers never wait for each other in a circle.
fn numbers(id: Uuid, at: Timestamp, keys: ById<Used>) -> UsageBatch {
    let mut keys: Vec<(KeyId, Used)> = keys.into_iter().collect();
    keys.sort_unstable_by_key(|(key, _)| *key);
    UsageBatch {
        id,
        at,
        counts: rows::counts(&keys),
        days: rows::days(&keys),
        by: rows::refusals(&keys),
        last_uses: keys
            .into_iter()
            .filter_map(|(key, used)| Some(used.last?.of(key)))
            .collect(),
        reports: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{key::Environment, verdict::Verdict};

    fn used(keys: usize) -> ById<Used> {
        let home = ApplicationId(Uuid::nil());
        (0..keys)
            .map(|n| {
                let mut used = Used::new(home, Timestamp(0), Verdict::Accepted);
                used.add(Timestamp(0), Verdict::Accepted, 1);
                (KeyId::from_number(Environment::Live, n as u128), used)
            })
            .collect()
    }

    fn take(held: &mut Held, keys: usize, now: i64) -> Option<Note> {
        let now = Timestamp(now);
        let due = held.due(Extent::Note, now);
        let mut ids = 1_u128..;
        let new_id = || Uuid::from_u128(ids.next().unwrap_or_default());
        held.take(used(keys), None, Reports::default(), due, now, new_id)
    }

    #[test]
    fn what_is_noted_is_written_under_the_notes_batch_when_a_minute_turns() {
        let mut held = Held::default();
        let notes = [1, 1_000].map(|now| take(&mut held, 2, now).expect("a note"));
        assert!(take(&mut held, 0, 2_000).is_none() && held.pending.is_empty());
        assert_eq!(
            notes.map(|note| (note.batch, note.seq)),
            [(Uuid::from_u128(1), 1), (Uuid::from_u128(1), 2)]
        );
        assert!(take(&mut held, 1, MINUTE).is_none());
        let batch = held.pending.pop_front().expect("a batch");
        assert_eq!(batch.id, Uuid::from_u128(1));
        let calls = |span| {
            let rows = batch.counts.iter().filter(|count| count.span == span);
            rows.map(|count| count.calls).collect::<Vec<_>>()
        };
        // Two keys, and their application.
        assert_eq!((calls(MINUTE), batch.counts.len()), (vec![3, 2, 5], 9));
        let next = take(&mut held, 1, MINUTE + 1_000).expect("a note");
        assert_eq!(next.seq, 1);
    }

    #[test]
    fn of_too_many_keys_the_numbers_are_written_before_the_minute_ends() {
        let mut held = Held::default();
        assert!(take(&mut held, MOST, 1).is_some());
        assert!(take(&mut held, 1, 2).is_none());
        assert_eq!(held.pending.len(), 1);
        assert!(take(&mut held, 1, 3).is_some());
    }
}
