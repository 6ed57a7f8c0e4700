//! What goes on beside the requests: counted usage is noted and written, what is too old forgotten, and the database
//! watched.

use crate::Keyring;
use domain::time::{MINUTE, SECOND};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// How often: the last second of counts is what a power cut may cost.
const TICK: Duration = Duration::from_millis(SECOND.unsigned_abs());

impl Keyring {
    /// Notes counted usage, forgets what is too old and renews the claim to the database, each second until [`Keyring::close`];
    /// hands on what is decided, more often.
    pub fn spawn_keeper(&self) {
        self.spawn_hander_on();
        self.spawn_task("maintenance", |keyring| async move {
            keyring.maintain().await;
        });
    }

    async fn maintain(&self) {
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut silent = false;
        let (mut minute, mut more) = (0, false);
        while !self.tasks.is_closed() && self.is_owner() {
            tick.tick().await;
            let looked = self.check_ownership().await;
            match (&looked, silent) {
                (Err(error), false) if self.is_owner() => tracing::error!(
                    %error,
                    "the database does not answer: nothing can be changed, and what is known is verified from memory"
                ),
                (Ok(()), true) => tracing::info!("the database answers again"),
                _ => {}
            }
            silent = looked.is_err();
            self.tend().await;
            if let Err(error) = self.keep_time().await {
                tracing::debug!(%error, "the time is noted once the database answers");
            }
            if let Err(error) = self.note_usage().await {
                tracing::debug!(%error, "usage stays in memory until the database answers");
            }
            if let Err(error) = self.upgrade_digests().await {
                tracing::debug!(%error, "digests stay under an older pepper until the database answers");
            }
            if let Err(error) = self.write_decisions().await {
                tracing::debug!(%error, "decisions stay in memory until the database answers");
            }
            if let Err(error) = self.write_due_events().await {
                tracing::debug!(%error, "security events stay in memory until the database answers");
            }
            // A little each second, as long as there is something; else each minute.
            let this = self.now().0.div_euclid(MINUTE);
            if !silent && (more || this != minute) {
                minute = this;
                more = self.forget_some().await.unwrap_or_else(|error| {
                    tracing::debug!(%error, "what is too old stays for now");
                    false
                });
            }
        }
    }
}
