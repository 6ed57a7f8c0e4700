//! Which decisions go into the database: as many a second as it can take for good, and of no key so many that it crowds
//! out the others.

use domain::{decision::Decided, key::token::KeyId, verdict::Verdict};
use std::{collections::HashMap, sync::Arc};

/// Calls that passed and calls that were refused, between two writings a second apart.
const OF_ALL: [usize; 2] = [200, 500];
/// The same of one key.
const OF_ONE: [usize; 2] = [20, 100];
/// What waits while the database is silent; of more, the newest.
const WAITING: usize = 5_000;

/// Decisions on their way into the database.
#[derive(Default)]
pub(super) struct Kept {
    waiting: Vec<Arc<Decided>>,
    all: [usize; 2],
    each: HashMap<KeyId, [usize; 2]>,
}

impl Kept {
    /// Takes a decision, where there is room for it.
    pub(super) fn offer(&mut self, decided: &Arc<Decided>) {
        let kind = usize::from(decided.verdict != Verdict::Accepted);
        let each = self.each.entry(decided.key).or_default();
        if self.all[kind] < OF_ALL[kind] && each[kind] < OF_ONE[kind] {
            self.all[kind] += 1;
            each[kind] += 1;
            self.waiting.push(Arc::clone(decided));
        }
    }

    /// What is to be written; from now on there is room again.
    pub(super) fn take(&mut self) -> Vec<Arc<Decided>> {
        self.all = [0; 2];
        self.each.clear();
        std::mem::take(&mut self.waiting)
    }

    /// Takes back what could not be written.
    pub(super) fn give_back(&mut self, mut calls: Vec<Arc<Decided>>) {
        calls.append(&mut self.waiting);
        let too_many = calls.len().saturating_sub(WAITING);
        self.waiting = calls.split_off(too_many);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        id::{AccountId, ApplicationId},
        key::{Environment, scope::ScopeSet},
        time::Timestamp,
    };
    use uuid::Uuid;

    fn decided(id: i64, key: u128, verdict: Verdict) -> Arc<Decided> {
        Arc::new(Decided {
            id,
            request_id: String::new(),
            at: Timestamp(id),
            key: KeyId::from_number(Environment::Live, key),
            application: ApplicationId(Uuid::nil()),
            account: AccountId(Uuid::nil()),
            verdict,
            address: None,
            asked: ScopeSet::default(),
            route: String::new(),
            user_agent: String::new(),
            from_browser: false,
        })
    }

    fn ids(calls: &[Arc<Decided>]) -> Vec<i64> {
        calls.iter().map(|call| call.id).collect()
    }

    #[test]
    fn a_busy_key_leaves_room_for_the_others_and_for_refusals() {
        let mut kept = Kept::default();
        for id in 0..1_000 {
            kept.offer(&decided(id, 1, Verdict::Accepted));
            kept.offer(&decided(id, 1, Verdict::Revoked));
        }
        kept.offer(&decided(5_000, 2, Verdict::Accepted));
        let taken = kept.take();
        assert_eq!(taken.len(), OF_ONE[0] + OF_ONE[1] + 1);
        assert_eq!(taken.last().map(|call| call.id), Some(5_000));
        for id in 0..1_000_u16 {
            kept.offer(&decided(id.into(), id.into(), Verdict::Accepted));
        }
        assert_eq!(kept.take().len(), OF_ALL[0]);
    }

    #[test]
    fn what_could_not_be_written_is_tried_again_up_to_a_bound() {
        let mut kept = Kept::default();
        kept.offer(&decided(1, 1, Verdict::Accepted));
        let failed = kept.take();
        kept.offer(&decided(2, 1, Verdict::Accepted));
        kept.give_back(failed);
        assert_eq!(ids(&kept.take()), [1, 2]);
        let many = (0..6_000).map(|id| decided(id, 1, Verdict::Revoked));
        kept.give_back(many.collect());
        let taken = kept.take();
        assert_eq!((taken.len(), taken[0].id), (WAITING, 1_000));
    }
}
