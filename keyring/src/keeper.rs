//! What goes on beside the requests: counted usage is noted and written, what is too old forgotten, and the database
//! watched.

use crate::{Keyring, KeyringError};
use domain::time::{MINUTE, SECOND, Timestamp};
use std::{collections::HashSet, sync::atomic::Ordering, time::Duration};
use store::{Hold, Ownership};
use tokio::time::{MissedTickBehavior, interval};

/// How often: the last second of counts is what a power cut may cost.
const TICK: Duration = Duration::from_millis(SECOND.unsigned_abs());

impl Keyring {
    /// Notes counted usage, forgets what is too old and looks after the ownership, each second until [`Keyring::close`];
    /// hands on what is decided, more often.
    pub fn spawn_keeper(&self, mut ownership: Ownership) {
        self.spawn_hander_on();
        let keyring = self.clone();
        tokio::spawn(async move {
            let mut tick = interval(TICK);
            tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let mut silent = false;
            let (mut minute, mut more) = (0, false);
            while !keyring.tasks.is_closed() {
                tick.tick().await;
                let looked = keyring.look_after(&mut ownership).await;
                match (&looked, silent) {
                    (Err(error), false) => tracing::error!(
                        %error,
                        "the database does not answer: nothing can be changed, and what is known is verified from memory"
                    ),
                    (Ok(()), true) => tracing::info!("the database answers again"),
                    _ => {}
                }
                silent = looked.is_err();
                if let Err(error) = keyring.note_usage().await {
                    tracing::debug!(%error, "usage stays in memory until the database answers");
                }
                if let Err(error) = keyring.write_decisions().await {
                    tracing::debug!(%error, "decisions stay in memory until the database answers");
                }
                if let Err(error) = keyring.write_due_events().await {
                    tracing::debug!(%error, "security events stay in memory until the database answers");
                }
                // A little each second, as long as there is something; else each minute.
                let this = keyring.now().0.div_euclid(MINUTE);
                if !silent && (more || this != minute) {
                    minute = this;
                    more = keyring.forget_some().await.unwrap_or_else(|error| {
                        tracing::debug!(%error, "what is too old stays for now");
                        false
                    });
                }
            }
        });
    }

    /// Notes a sign of life of the database; where somebody else may have changed keys meanwhile, reads them all anew.
    ///
    /// # Errors
    /// Where the database does not answer, or has another owner.
    pub async fn look_after(&self, ownership: &mut Ownership) -> Result<(), KeyringError> {
        if ownership.hold().await? == Hold::Regained {
            let _turn = self.changes.lock().await;
            let mut known = HashSet::new();
            self.store
                .each_index_row(|row| {
                    known.insert(row.id);
                    self.snapshot.put(row);
                })
                .await?;
            self.snapshot.keep(&known);
        }
        self.heard.store(self.now().0, Ordering::Relaxed);
        Ok(())
    }

    /// For how many milliseconds nothing has been heard of the database. While it is silent, the index may be stale.
    pub fn silence(&self) -> i64 {
        let heard = Timestamp(self.heard.load(Ordering::Relaxed));
        self.now().since(heard).max(0)
    }
}
