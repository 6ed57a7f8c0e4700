//! The background workers:
//!
//! - `decisions` dispatches decisions, and `maintenance` maintains the database every second;
//! - beside other nodes, `node` renews the lease and applies their changes, and `listener` waits for PostgreSQL to announce them;
//! - with a mail server, `mail` sends mails, and `notices` inserts those about security events and keys that expire.

use crate::Keyring;
use domain::time::{MINUTE, SECOND};
use std::{sync::Arc, time::Duration};
use tokio::time::{MissedTickBehavior, interval};

/// The interval of maintenance, and of the usage journal: what a kill may lose.
const TICK: Duration = Duration::from_millis(SECOND.unsigned_abs());

/// The number of records of changes that are kept for nodes that lack them.
const KEPT_CHANGES: i64 = 10_000;

/// The background workers.
#[derive(Clone, Copy)]
pub struct Background<'k> {
    pub(crate) keyring: &'k Keyring,
}

impl Background<'_> {
    /// Starts the background workers. They run until [`Keyring::close`], or until the database is lost.
    pub fn spawn(self) {
        let telemetry = Arc::clone(self.keyring.telemetry());
        let keyring = self.keyring.clone();
        self.spawn_task("decisions", move || {
            let keyring = keyring.clone();
            Arc::clone(&telemetry).run_dispatcher(move || keyring.tasks().is_closed())
        });
        let keyring = self.keyring.clone();
        self.spawn_task("maintenance", move || {
            let keyring = keyring.clone();
            async move { keyring.background().maintain().await }
        });
        if self.keyring.node().is_member() {
            let keyring = self.keyring.clone();
            self.spawn_task("node", move || {
                let keyring = keyring.clone();
                async move { keyring.node().run_member().await }
            });
            let keyring = self.keyring.clone();
            self.spawn_task("listener", move || {
                let keyring = keyring.clone();
                async move { keyring.node().run_listener().await }
            });
        }
        if self.keyring.outbox().sends_mail() {
            let keyring = self.keyring.clone();
            self.spawn_task("mail", move || {
                let keyring = keyring.clone();
                async move { keyring.outbox().run().await }
            });
            let keyring = self.keyring.clone();
            self.spawn_task("notices", move || {
                let keyring = keyring.clone();
                async move { keyring.notices().run().await }
            });
        }
    }

    fn spawn_task<F>(self, name: &'static str, task: impl Fn() -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let keyring = self.keyring.clone();
        let stopped = move || keyring.tasks().is_closed() || !keyring.node().has_database();
        self.keyring
            .supervisor()
            .spawn(name, Arc::clone(self.keyring.clock()), stopped, task);
    }

    async fn maintain(self) {
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut silent = false;
        let (mut minute, mut more) = (0, false);
        while !self.keyring.tasks().is_closed() && self.keyring.node().has_database() {
            tick.tick().await;
            // One of several processes has a worker for it, which nothing delays.
            let renewed = if self.keyring.node().is_member() {
                Ok(())
            } else {
                self.keyring.node().renew_lease().await
            };
            match (&renewed, silent) {
                (Err(error), false) if self.keyring.node().has_database() => tracing::error!(
                    %error,
                    "the database does not answer: nothing can be changed, and calls are verified from memory"
                ),
                (Ok(()), true) => tracing::info!("the database answers again"),
                _ => {}
            }
            silent = renewed.is_err();
            self.keyring.health().maintain_disk().await;
            if let Err(error) = self.keyring.node().keep_time().await {
                tracing::debug!(%error, "the time mark is not written until the database answers");
            }
            if let Err(error) = self.keyring.telemetry().journal_usage().await {
                tracing::debug!(%error, "usage stays in memory until the database answers");
            }
            if let Err(error) = self.keyring.pepper_rotation().upgrade_digests().await {
                tracing::debug!(%error, "digests stay under an older pepper until the database answers");
            }
            if let Err(error) = self.keyring.telemetry().write_decisions().await {
                tracing::debug!(%error, "decisions stay in memory until the database answers");
            }
            if let Err(error) = self.keyring.telemetry().write_due_events().await {
                tracing::debug!(%error, "security events stay in memory until the database answers");
            }
            // Every second while there is something to prune, otherwise every minute.
            let this = self.keyring.now().0.div_euclid(MINUTE);
            if !silent && (more || this != minute) {
                minute = this;
                more = self.keyring.node().is_maintainer() && self.prune().await;
            }
        }
    }

    /// Prunes expired data, and adds up the counts of killed processes. Returns whether there may be more to prune.
    async fn prune(self) -> bool {
        if let Err(error) = self.keyring.store().prune_changes(KEPT_CHANGES).await {
            tracing::debug!(%error, "records of changes are not pruned for now");
        }
        if let Err(error) = self.keyring.telemetry().recover_orphaned_usage().await {
            tracing::debug!(%error, "counts of killed processes are not added up for now");
        }
        self.keyring
            .telemetry()
            .prune()
            .await
            .unwrap_or_else(|error| {
                tracing::debug!(%error, "expired data is not pruned for now");
                false
            })
    }
}
