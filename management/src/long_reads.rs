//! Turns of reads that may take long: searches, lists, charts, logs. They leave connections to the database free for
//! everything else, so that no change waits behind them; and one account leaves turns to the others.

use crate::{ManagementError, Viewer};
use domain::id::AccountId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// How long a read waits for its turn before it is refused.
const PATIENCE: Duration = Duration::from_secs(10);

/// The turns of all accounts.
pub(crate) struct LongReads {
    all: Arc<Semaphore>,
    of_one_account: usize,
    by_account: Mutex<HashMap<AccountId, Arc<Semaphore>>>,
}

/// A turn, until it is dropped.
pub(crate) struct ReadPermit {
    _of_account: OwnedSemaphorePermit,
    _of_all: OwnedSemaphorePermit,
}

impl LongReads {
    /// Turns at a database with so many connections for reading: half of them, of which one account may have half.
    pub(crate) fn new(connections: usize) -> Self {
        let all = (connections / 2).max(1);
        Self {
            all: Arc::new(Semaphore::new(all)),
            of_one_account: all.div_ceil(2),
            by_account: Mutex::default(),
        }
    }

    async fn take(&self, account: AccountId) -> Result<ReadPermit, ManagementError> {
        let of_account = self.of(account);
        let turn = async {
            // An account's reads wait for each other before they wait among those of all.
            let of_account = of_account.acquire_owned().await.ok()?;
            let of_all = Arc::clone(&self.all).acquire_owned().await.ok()?;
            Some(ReadPermit {
                _of_account: of_account,
                _of_all: of_all,
            })
        };
        let turn = timeout(PATIENCE, turn).await.ok().flatten();
        turn.ok_or_else(|| {
            ManagementError::Unavailable("too many reads of this account are under way".into())
        })
    }

    fn of(&self, account: AccountId) -> Arc<Semaphore> {
        let mut by_account = self
            .by_account
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // Those that nobody waits for are forgotten, so that there are never many.
        by_account.retain(|_, turns| Arc::strong_count(turns) > 1);
        let turns = by_account
            .entry(account)
            .or_insert_with(|| Arc::new(Semaphore::new(self.of_one_account)));
        Arc::clone(turns)
    }
}

impl Viewer {
    /// A turn for a read that may take long.
    pub(crate) async fn long_read(&self) -> Result<ReadPermit, ManagementError> {
        let account = self.application().account_id;
        self.keyring().long_reads.take(account).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::task::yield_now;
    use uuid::Uuid;

    #[tokio::test(start_paused = true)]
    async fn one_account_leaves_turns_to_the_others_and_does_not_wait_for_ever() {
        let turns = LongReads::new(16);
        let (busy, other) = (AccountId(Uuid::from_u128(1)), AccountId(Uuid::from_u128(2)));
        let mut taken = Vec::new();
        for _ in 0..4 {
            taken.push(turns.take(busy).await.expect("a turn"));
        }
        assert!(turns.take(busy).await.is_err());
        taken.push(turns.take(other).await.expect("the other's turn"));
        yield_now().await;
        taken.clear();
        turns.take(busy).await.expect("a turn again");
        assert!(turns.of(other).available_permits() == 4);
        assert_eq!(turns.by_account.lock().expect("counts").len(), 1);
    }
}
