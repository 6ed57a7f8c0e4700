//! Renewing the lease.

use super::{Member, Registration};
use crate::{
    ManagementError, Node,
    node::planted::{PlantedFault, is_planted},
};
use std::{
    sync::{PoisonError, atomic::Ordering},
    time::Duration,
};
use store::{Registered, Renewal, StoreError, waiting_time};
use verification::Monotonic;

/// How often the lease is asked for in a row, if the database has newer changes each time.
const MAX_ATTEMPTS: usize = 5;

impl Node<'_> {
    /// Renews the lease, once. On PostgreSQL, newer changes of other nodes are applied first.
    ///
    /// # Errors
    /// If the lease is not renewed.
    pub async fn renew_lease(self) -> Result<(), ManagementError> {
        let renewed = match self.keyring.this_node().registration.get() {
            // The demo, which is alone with its database.
            None => {
                let asked = self.keyring.monotonic();
                self.keyring.health().check_database().await?;
                self.keyring.this_node().lease_start.renew(asked);
                return Ok(());
            }
            Some(Registration::Owner(ownership)) => {
                // The answer is as old as the query.
                let asked = self.keyring.monotonic();
                let renewed = ownership.renew().await;
                if renewed.is_ok() {
                    self.keyring.this_node().lease_start.renew(asked);
                }
                renewed
            }
            Some(Registration::Member(member)) => {
                let renewed = self.renew_member(member).await;
                self.keyring.this_node().condition.note_renewal(&renewed);
                renewed
            }
        };
        if let Err(error @ (StoreError::Fenced | StoreError::Behind { .. })) = &renewed {
            self.keyring.this_node().lose(error);
        }
        renewed?;
        self.keyring.keys().resolve_uncertain().await;
        Ok(())
    }

    /// Renews the lease of a process beside others. Where the database has newer changes, they are applied first; where this process
    /// was removed, it registers again.
    ///
    /// # Errors
    /// `Behind` if the database lacks changes that were seen, `Fenced` if another process took this one's name; if the database
    /// fails, or others have to compare their journals first.
    async fn renew_member(self, member: &Member) -> Result<(), StoreError> {
        let node = &member.node;
        for _ in 0..MAX_ATTEMPTS {
            let asked = self.keyring.monotonic();
            match node.renew(self.keyring.this_node().applied.get()).await? {
                Renewal::Granted { is_oldest, opened } => {
                    let from_reply = is_planted(PlantedFault::LeaseFromReply);
                    let asked = if from_reply {
                        self.keyring.monotonic()
                    } else {
                        asked
                    };
                    self.keyring.this_node().lease_start.renew(asked);
                    member.is_oldest.store(is_oldest, Ordering::Release);
                    if !opened && self.earlier_leases_have_ended(member) {
                        node.open_history().await?;
                    }
                    if let Err(error) = self.remove_silent_nodes(member).await {
                        tracing::debug!(%error, "silent nodes are not removed for now");
                    }
                    return Ok(());
                }
                Renewal::Newer if is_planted(PlantedFault::LostNotification) => {
                    let position = self.keyring.store().newest_position().await?;
                    // Time for the notification, unless it is lost.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    self.keyring.this_node().applied.advance_to(position);
                }
                Renewal::Newer => self.follow(member).await?,
                // It has left.
                Renewal::Fenced if self.keyring.this_node().closing.is_cancelled() => return Ok(()),
                Renewal::Fenced => {
                    tracing::warn!(
                        "this process was silent for too long and was removed by another one; it registers again"
                    );
                    if let Registered::Occupied(occupant) = node
                        .register(self.keyring.this_node().applied.get())
                        .await?
                    {
                        tracing::error!(
                            name = occupant.node.name,
                            "another process took the place of this one"
                        );
                        return Err(StoreError::Fenced);
                    }
                }
                Renewal::Waiting(names) => {
                    return Err(StoreError::OthersNotCompared(names.join(", ")));
                }
            }
        }
        Err(StoreError::Overtaken)
    }

    /// Whether the leases from before the present history have ended: those that the database knows nothing about too.
    fn earlier_leases_have_ended(self, member: &Member) -> bool {
        let (history, now) = (
            self.keyring.store().fence().history(),
            self.keyring.monotonic(),
        );
        let mut known = member
            .history
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if known.0 != history {
            *known = (history, now);
        }
        has_passed(waiting_time(member.node.lease()), known.1, now)
    }

    /// Removes nodes whose leases have ended, so that the next change need not wait for them.
    async fn remove_silent_nodes(self, member: &Member) -> Result<(), StoreError> {
        let mut silent = member.silent.lock().await;
        let interval = member.node.lease() / 3;
        if !has_passed(interval, silent.1, self.keyring.monotonic()) {
            return Ok(());
        }
        let others = member.node.look_at_others().await?;
        self.keyring.this_node().counters.see(others.len() + 1);
        let now = self.keyring.monotonic();
        silent.1 = now;
        for node in silent.0.observe(others, Duration::from_nanos(now.0)) {
            if member.node.remove_silent(&node).await? {
                self.keyring.this_node().counters.remove(1);
                tracing::warn!(
                    name = node.name,
                    "a node was silent for too long and was removed"
                );
            }
        }
        Ok(())
    }
}

fn has_passed(time: Duration, from: Monotonic, now: Monotonic) -> bool {
    now.0.saturating_sub(from.0) >= u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
