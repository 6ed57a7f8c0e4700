//! Digests under an older pepper, to be replaced by digests under the newest one once a call has presented the secret.

use domain::key::token::KeyId;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use store::DigestUpgrade;

/// Pending upgrades. Beyond them, a key is upgraded after a later call.
const MAX_PENDING: usize = 10_000;
/// Upgrades in one batch, which is one transaction.
const BATCH: usize = 500;

/// A bounded queue of digest upgrades.
#[derive(Default)]
pub struct DigestUpgrades(Mutex<HashMap<KeyId, DigestUpgrade>>);

impl DigestUpgrades {
    /// Queues an upgrade, unless the queue is full or locked by another thread.
    pub(crate) fn push(&self, key: KeyId, old: [u8; 32], new: impl FnOnce() -> [u8; 32]) {
        let Ok(mut pending) = self.0.try_lock() else {
            return;
        };
        if pending.len() < MAX_PENDING && !pending.contains_key(&key) {
            let new = new();
            pending.insert(key, DigestUpgrade { key, old, new });
        }
    }

    /// Removes up to 500 upgrades from the queue.
    pub fn take_batch(&self) -> Vec<DigestUpgrade> {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let keys: Vec<KeyId> = pending.keys().take(BATCH).copied().collect();
        keys.iter().filter_map(|key| pending.remove(key)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::key::Environment;

    fn id(number: u128) -> KeyId {
        KeyId::from_number(Environment::Live, number)
    }

    #[test]
    fn a_pending_upgrade_is_taken_once_and_not_replaced() {
        let upgrades = DigestUpgrades::default();
        upgrades.push(id(1), [1; 32], || [2; 32]);
        upgrades.push(id(1), [3; 32], || unreachable!("the key is pending"));
        let [upgrade] = upgrades.take_batch()[..] else {
            panic!("not one upgrade");
        };
        assert_eq!(
            (upgrade.key, upgrade.old, upgrade.new),
            (id(1), [1; 32], [2; 32])
        );
        assert!(upgrades.take_batch().is_empty());
    }

    #[test]
    fn ten_thousand_upgrades_are_queued_and_taken_in_batches_of_500() {
        let upgrades = DigestUpgrades::default();
        for number in 0..10_000 {
            upgrades.push(id(number), [0; 32], || [1; 32]);
        }
        upgrades.push(id(10_000), [0; 32], || unreachable!("the queue is full"));
        let batches: Vec<usize> = (0..21).map(|_| upgrades.take_batch().len()).collect();
        assert_eq!(batches[..20], [500; 20]);
        assert_eq!(batches[20], 0);
    }
}
