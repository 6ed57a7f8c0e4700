//! Applying the changes of other nodes.

use super::Member;
use crate::{
    Node,
    node::planted::{PlantedFault, is_planted},
};
use std::time::Duration;
use store::{IndexRow, NewChanges, StoreError};
use tokio::time::{MissedTickBehavior, interval};

/// How often the database is asked for changes and the lease is renewed, unless a third of the lease is shorter.
const INTERVAL: Duration = Duration::from_secs(1);

impl Node<'_> {
    /// Applies the changes of other nodes, and renews the lease, until the keyring is closed or the database is lost: when
    /// PostgreSQL announces a change, and every second.
    pub(crate) async fn run_member(self) {
        let Some(member) = self.keyring.this_node().member() else {
            return;
        };
        let mut tick = interval(INTERVAL.min(member.node.lease() / 3));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The failure that was logged last.
        let mut logged: Option<String> = None;
        while !self.keyring.tasks().is_closed() && self.has_database() {
            tokio::select! {
                _ = tick.tick() => {}
                () = member.announced.notified() => {}
            }
            let renewed = self.renew_lease().await;
            let failure = renewed.as_ref().err().map(ToString::to_string);
            match (&failure, &logged) {
                (Some(error), _) if failure != logged && self.has_database() => tracing::error!(
                    %error,
                    "the lease is not renewed: nothing can be changed, and calls are verified from memory until it ends"
                ),
                (None, Some(_)) => tracing::info!("the lease is renewed again"),
                _ => {}
            }
            logged = failure;
            if renewed.is_err() && is_planted(PlantedFault::LeaseWithoutEnd) {
                self.keyring.this_node().lease_start.reset();
            }
        }
    }

    /// Listens to the announcements of PostgreSQL until the keyring is closed or the database is lost.
    pub(crate) async fn run_listener(self) {
        let Some(member) = self.keyring.this_node().member() else {
            return;
        };
        let listening = async {
            loop {
                if let Ok(mut listener) = member.node.listen().await {
                    // What was announced before is read at once.
                    member.announced.notify_one();
                    while listener.wait().await.is_ok() {
                        if is_planted(PlantedFault::LostNotification) {
                            // The next notification is another attempt.
                            let _ = self.follow(member).await;
                        }
                        member.announced.notify_one();
                    }
                }
                tokio::time::sleep(INTERVAL).await;
            }
        };
        tokio::select! {
            () = self.keyring.this_node().closing.cancelled() => {}
            () = self.keyring.this_node().loss.token.cancelled() => {}
            () = listening => {}
        }
    }

    /// Applies the changes that the index lacks.
    ///
    /// # Errors
    /// `Behind` if the database lacks changes that were seen; if the database or the revocation journal fails.
    pub(super) async fn follow(self, member: &Member) -> Result<(), StoreError> {
        let _one = member.following.lock().await;
        let (changes, now) = (self.keyring.key_changes(), self.keyring.now());
        let mut has_ends = false;
        let position = match member
            .node
            .changes_since(self.keyring.this_node().applied.get())
            .await?
        {
            NewChanges::Rows { position, rows } => {
                for row in &rows {
                    self.keyring.index().update(row);
                }
                has_ends = changes.note_ends(&rows, now);
                position
            }
            NewChanges::TooMany => {
                tracing::info!("reading all keys again: too many changes are missing");
                let newest = self.keyring.hasher().newest_pepper();
                let read = self
                    .keyring
                    .store()
                    .for_each_index_row(newest, |row: IndexRow| {
                        has_ends |= changes.note_ends(std::slice::from_ref(&row), now);
                        self.keyring.index().update(&row);
                    });
                read.await?
            }
        };
        // A revocation that this node knows of outlives it, before the others hear that it does.
        if has_ends {
            changes.write_journal(self.keyring.store().disk()).await?;
        }
        self.keyring.this_node().applied.advance_to(position);
        Ok(())
    }
}
