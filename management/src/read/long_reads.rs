//! Limits on concurrent long reads: searches, lists, charts and logs. They leave database connections free, so that no
//! change waits behind them, and no account uses up all of the limit.

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

/// How long a read waits for a permit before it is refused.
const PATIENCE: Duration = Duration::from_secs(10);

/// Permits by account.
pub(crate) struct LongReads {
    all: Arc<Semaphore>,
    of_one_account: usize,
    by_account: Mutex<HashMap<AccountId, Arc<Semaphore>>>,
}

/// A permit, released when dropped.
pub(crate) struct ReadPermit {
    _of_account: OwnedSemaphorePermit,
    _of_all: OwnedSemaphorePermit,
}

impl LongReads {
    /// Creates limits for a number of reading connections: half of them, of which one account may use half.
    pub(crate) fn new(connections: usize) -> Self {
        let all = (connections / 2).max(1);
        Self {
            all: Arc::new(Semaphore::new(all)),
            of_one_account: all.div_ceil(2),
            by_account: Mutex::default(),
        }
    }

    pub(crate) async fn take(&self, account: AccountId) -> Result<ReadPermit, ManagementError> {
        let of_account = self.of(account);
        let turn = async {
            // Reads of one account wait for each other before they wait for those of others.
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
        // Unused entries are removed, so that their number stays small.
        by_account.retain(|_, permits| Arc::strong_count(permits) > 1);
        let permits = by_account
            .entry(account)
            .or_insert_with(|| Arc::new(Semaphore::new(self.of_one_account)));
        Arc::clone(permits)
    }
}

impl Viewer {
    /// Waits for permission to do a long read.
    pub(crate) async fn long_read(&self) -> Result<ReadPermit, ManagementError> {
        let account = self.application().account_id;
        self.keyring().long_reads().take(account).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::task::yield_now;
    use uuid::Uuid;

    #[tokio::test(start_paused = true)]
    async fn one_account_leaves_permits_to_others_and_its_wait_is_bounded() {
        let permits = LongReads::new(16);
        let (busy, other) = (AccountId(Uuid::from_u128(1)), AccountId(Uuid::from_u128(2)));
        let mut taken = Vec::new();
        for _ in 0..4 {
            taken.push(permits.take(busy).await.expect("a turn"));
        }
        assert!(permits.take(busy).await.is_err());
        taken.push(permits.take(other).await.expect("the other's turn"));
        yield_now().await;
        taken.clear();
        permits.take(busy).await.expect("a turn again");
        assert!(permits.of(other).available_permits() == 4);
        assert_eq!(permits.by_account.lock().expect("counts").len(), 1);
    }
}
