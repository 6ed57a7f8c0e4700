//! One at a time for each key: what is read of it holds until its change is committed. Other keys do not wait.

use domain::key::token::KeyId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// From how many locks on those that nobody holds are thrown away.
const CROWD: usize = 64;

/// A lock for each key that is being changed.
#[derive(Default)]
pub(crate) struct Turns(Mutex<HashMap<KeyId, Arc<Turn<()>>>>);

impl Turns {
    /// Waits for the key's turn.
    pub(crate) async fn of(&self, id: KeyId) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if turns.len() >= CROWD {
                turns.retain(|_, turn| Arc::strong_count(turn) > 1);
            }
            Arc::clone(turns.entry(id).or_default())
        };
        turn.lock_owned().await
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
    async fn a_key_waits_for_itself_and_for_no_other() {
        let turns = Turns::default();
        let first = turns.of(id(1)).await;
        assert!(turns.of(id(1)).now_or_never().is_none());
        assert!(turns.of(id(2)).now_or_never().is_some());
        drop(first);
        assert!(turns.of(id(1)).now_or_never().is_some());
    }

    #[tokio::test]
    async fn locks_that_nobody_holds_are_not_kept() {
        let turns = Turns::default();
        let held = turns.of(id(0)).await;
        for n in 1..1_000 {
            turns.of(id(n)).await;
        }
        assert!(turns.0.lock().expect("sound").len() <= CROWD);
        assert!(turns.of(id(0)).now_or_never().is_none());
        drop(held);
    }
}
