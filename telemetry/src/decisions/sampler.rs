//! The sample of decisions that is stored: as many a second as the database can sustain, and limited for each key, so that no key crowds
//! out the others.

use domain::{decision::DecisionRecord, key::token::KeyId, verdict::Verdict};
use std::{collections::HashMap, sync::Arc};

/// Accepted and refused calls between two writes, which are a second apart.
const MAX_TOTAL: [usize; 2] = [200, 500];
/// Accepted and refused calls of one key.
const MAX_PER_KEY: [usize; 2] = [20, 100];
/// Decisions that wait while the database is unavailable; of more, the newest are sampler.
const MAX_PENDING: usize = 5_000;

/// Selects decisions for the database.
#[derive(Default)]
pub(super) struct DecisionSampler {
    pending: Vec<Arc<DecisionRecord>>,
    all: [usize; 2],
    each: HashMap<KeyId, [usize; 2]>,
}

impl DecisionSampler {
    /// Adds a decision about a key if there is room for it; only then `decided` is called.
    pub(super) fn offer(
        &mut self,
        key: KeyId,
        verdict: Verdict,
        decided: impl FnOnce() -> DecisionRecord,
    ) {
        let kind = usize::from(verdict != Verdict::Accepted);
        if self.all[kind] >= MAX_TOTAL[kind] {
            return;
        }
        let each = self.each.entry(key).or_default();
        if each[kind] < MAX_PER_KEY[kind] {
            self.all[kind] += 1;
            each[kind] += 1;
            self.pending.push(Arc::new(decided()));
        }
    }

    /// Takes the decisions to be written, and resets the limits.
    pub(super) fn take(&mut self) -> Vec<Arc<DecisionRecord>> {
        self.all = [0; 2];
        self.each.clear();
        std::mem::take(&mut self.pending)
    }

    /// Returns decisions that could not be written.
    pub(super) fn put_back(&mut self, mut calls: Vec<Arc<DecisionRecord>>) {
        calls.append(&mut self.pending);
        let too_many = calls.len().saturating_sub(MAX_PENDING);
        self.pending = calls.split_off(too_many);
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

    fn decided(id: i64, key: u128, verdict: Verdict) -> DecisionRecord {
        DecisionRecord {
            id,
            request_id: String::new(),
            at: Timestamp(id),
            key: KeyId::from_number(Environment::Live, key),
            application: ApplicationId(Uuid::nil()),
            account: AccountId(Uuid::nil()),
            verdict,
            address: None,
            required_scopes: ScopeSet::default(),
            route: String::new(),
            user_agent: String::new(),
            from_browser: false,
        }
    }

    fn offer(sampler: &mut DecisionSampler, id: i64, key: u128, verdict: Verdict) {
        let decided = decided(id, key, verdict);
        sampler.offer(decided.key, verdict, || decided);
    }

    fn ids(calls: &[Arc<DecisionRecord>]) -> Vec<i64> {
        calls.iter().map(|call| call.id).collect()
    }

    #[test]
    fn a_busy_key_leaves_room_for_other_keys_and_for_refusals() {
        let mut sampler = DecisionSampler::default();
        for id in 0..1_000 {
            offer(&mut sampler, id, 1, Verdict::Accepted);
            offer(&mut sampler, id, 1, Verdict::Revoked);
        }
        offer(&mut sampler, 5_000, 2, Verdict::Accepted);
        let taken = sampler.take();
        assert_eq!(taken.len(), MAX_PER_KEY[0] + MAX_PER_KEY[1] + 1);
        assert_eq!(taken.last().map(|call| call.id), Some(5_000));
        for id in 0..1_000_u16 {
            offer(&mut sampler, id.into(), id.into(), Verdict::Accepted);
        }
        assert_eq!(sampler.take().len(), MAX_TOTAL[0]);
    }

    #[test]
    fn decisions_that_could_not_be_written_are_retried_up_to_a_bound() {
        let mut sampler = DecisionSampler::default();
        offer(&mut sampler, 1, 1, Verdict::Accepted);
        let failed = sampler.take();
        offer(&mut sampler, 2, 1, Verdict::Accepted);
        sampler.put_back(failed);
        assert_eq!(ids(&sampler.take()), [1, 2]);
        let many = (0..6_000).map(|id| Arc::new(decided(id, 1, Verdict::Revoked)));
        sampler.put_back(many.collect());
        let taken = sampler.take();
        assert_eq!((taken.len(), taken[0].id), (MAX_PENDING, 1_000));
    }
}
