//! One lock per key: what a change reads stays valid until it is committed. Other keys do not wait.

use domain::key::token::KeyId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::OwnedMutexGuard;

/// The number of locks from which unused ones are removed.
const CLEAN_UP_AT: usize = 64;

/// The locks of keys that are being changed.
#[derive(Default)]
pub(crate) struct KeyLocks(Mutex<HashMap<KeyId, Arc<tokio::sync::Mutex<()>>>>);

impl KeyLocks {
    /// Waits for the key's lock.
    pub(crate) async fn lock(&self, id: KeyId) -> OwnedMutexGuard<()> {
        let lock = {
            let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if locks.len() >= CLEAN_UP_AT {
                locks.retain(|_, lock| Arc::strong_count(lock) > 1);
            }
            Arc::clone(locks.entry(id).or_default())
        };
        lock.lock_owned().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::key::Environment;
    use futures_util::FutureExt;

    fn id(n: u128) -> KeyId {
        KeyId::from_number(Environment::Live, n)
    }

    #[tokio::test]
    async fn a_change_waits_for_changes_of_the_same_key_only() {
        let key_locks = KeyLocks::default();
        let first = key_locks.lock(id(1)).await;
        assert!(key_locks.lock(id(1)).now_or_never().is_none());
        assert!(key_locks.lock(id(2)).now_or_never().is_some());
        drop(first);
        assert!(key_locks.lock(id(1)).now_or_never().is_some());
    }

    #[tokio::test]
    async fn unused_locks_are_removed() {
        let key_locks = KeyLocks::default();
        let guard = key_locks.lock(id(0)).await;
        for n in 1..1_000 {
            key_locks.lock(id(n)).await;
        }
        assert!(key_locks.0.lock().expect("sound").len() <= CLEAN_UP_AT);
        assert!(key_locks.lock(id(0)).now_or_never().is_none());
        drop(guard);
    }

    #[tokio::test]
    async fn locks_that_were_held_together_are_removed_later() {
        let key_locks = KeyLocks::default();
        let mut guards = Vec::new();
        for n in 0..64 {
            guards.push(key_locks.lock(id(n)).await);
        }
        drop(guards);
        key_locks.lock(id(64)).await;
        assert_eq!(key_locks.0.lock().expect("sound").len(), 1);
    }
}
