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
    /// Takes a decision about a key, where there is room for it; it is made then alone.
    pub(super) fn offer(
        &mut self,
        key: KeyId,
        verdict: Verdict,
        decided: impl FnOnce() -> Decided,
    ) {
        let kind = usize::from(verdict != Verdict::Accepted);
        if self.all[kind] >= OF_ALL[kind] {
            return;
        }
        let each = self.each.entry(key).or_default();
        if each[kind] < OF_ONE[kind] {
            self.all[kind] += 1;
            each[kind] += 1;
            self.waiting.push(Arc::new(decided()));
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

    fn decided(id: i64, key: u128, verdict: Verdict) -> Decided {
        Decided {
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
        }
    }

    fn offer(kept: &mut Kept, id: i64, key: u128, verdict: Verdict) {
        let decided = decided(id, key, verdict);
        kept.offer(decided.key, verdict, || decided);
    }

    fn ids(calls: &[Arc<Decided>]) -> Vec<i64> {
        calls.iter().map(|call| call.id).collect()
    }

    #[test]
    fn a_busy_key_leaves_room_for_the_others_and_for_refusals() {
        let mut kept = Kept::default();
        for id in 0..1_000 {
            offer(&mut kept, id, 1, Verdict::Accepted);
            offer(&mut kept, id, 1, Verdict::Revoked);
        }
        offer(&mut kept, 5_000, 2, Verdict::Accepted);
        let taken = kept.take();
        assert_eq!(taken.len(), OF_ONE[0] + OF_ONE[1] + 1);
        assert_eq!(taken.last().map(|call| call.id), Some(5_000));
        for id in 0..1_000_u16 {
            offer(&mut kept, id.into(), id.into(), Verdict::Accepted);
        }
        assert_eq!(kept.take().len(), OF_ALL[0]);
    }

    #[test]
    fn what_could_not_be_written_is_tried_again_up_to_a_bound() {
        let mut kept = Kept::default();
        offer(&mut kept, 1, 1, Verdict::Accepted);
        let failed = kept.take();
        offer(&mut kept, 2, 1, Verdict::Accepted);
        kept.give_back(failed);
        assert_eq!(ids(&kept.take()), [1, 2]);
        let many = (0..6_000).map(|id| Arc::new(decided(id, 1, Verdict::Revoked)));
        kept.give_back(many.collect());
        let taken = kept.take();
        assert_eq!((taken.len(), taken[0].id), (WAITING, 1_000));
    }
}
