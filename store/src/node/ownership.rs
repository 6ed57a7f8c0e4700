//! The claim to a database: one process at a time may change keys, because its index does not see the changes of another one.
//!
//! A process claims the database by raising the epoch of `change_head` and inserting its row into `node`, which it renews. A
//! late commit of an earlier owner finds another epoch and fails: the epoch is a column of the row that every change of a key
//! has to lock, and PostgreSQL compares it again after waiting for that lock. (In another table it would be compared as it
//! was before the wait.)
//!
//! An SQLite file is locked by the process in addition, so a claim to it never has to wait.

use crate::{Store, StoreError, node::fence::Cluster, read, sql, transaction};
use domain::time::Timestamp;
use std::time::Duration;
use uuid::Uuid;

/// Allowed difference of the rates of two clocks: a node stops this much before its lease ends, and a standby waits this much
/// longer.
const DRIFT_PERCENT: u32 = 5;

/// How many positions are skipped above the highest known one after a restore. Only changes that end keys are in the revocation
/// journal, so the changes after the last of them had positions that are not known.
const SKIPPED_POSITIONS: i64 = 1_000_000;

/// A process that claims the database.
#[derive(Clone, Copy, Debug)]
pub struct NewNode {
    /// Its id. An owner with the same id is a predecessor that is known to be dead.
    pub id: Uuid,
    /// How long it answers from memory without renewing its claim.
    pub lease: Duration,
    /// The time of the claim.
    pub at: Timestamp,
}

/// The process that owns the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatabaseOwner {
    /// Its id.
    pub id: Uuid,
    epoch: i64,
    heartbeat: i64,
    lease: Duration,
}

/// The outcome of a claim.
#[derive(Debug)]
pub enum Claim {
    /// This process owns the database.
    Won(Ownership),
    /// Another process owns it.
    Occupied(DatabaseOwner),
}

/// The right to change keys, until another process claims the database.
#[derive(Debug)]
pub struct Ownership {
    store: Store,
    node: Uuid,
    epoch: i64,
}

/// Watches the owner for the end of its lease.
#[derive(Debug, Default)]
pub struct Standby {
    seen: Option<(DatabaseOwner, Duration)>,
}

impl Standby {
    /// Records the owner at an instant of a monotonic clock. Returns the owner once its lease has ended: it was not renewed for
    /// the duration of the lease, with the drift of two clocks added.
    pub fn observe(&mut self, occupant: DatabaseOwner, now: Duration) -> Option<DatabaseOwner> {
        match self.seen {
            Some((seen, since)) if seen == occupant => {
                let wait = occupant.lease * (100 + DRIFT_PERCENT) / 100;
                (now.saturating_sub(since) >= wait).then_some(occupant)
            }
            _ => {
                self.seen = Some((occupant, now));
                None
            }
        }
    }
}

/// Returns the lease of a node that answers from memory for up to `patience` after it asked for the last granted renewal.
pub fn lease_of(patience: Duration) -> Duration {
    patience * 100 / (100 - DRIFT_PERCENT)
}

impl Store {
    /// Claims the database if it has no owner, or its owner is `ended`: the one whose lease has ended by [`Standby::observe`].
    ///
    /// # Errors
    /// If the database fails.
    pub async fn claim(
        &self,
        node: &NewNode,
        ended: Option<&DatabaseOwner>,
    ) -> Result<Claim, StoreError> {
        let cluster = self.fence().cluster().unwrap_or(Cluster {
            system_id: String::new(),
            timeline: 0,
        });
        let lease_ms = i64::try_from(node.lease.as_millis()).unwrap_or(i64::MAX);
        let file_is_locked = matches!(self, Self::Sqlite { .. });
        let claimed = transaction!(self, |tx| {
            // Locks the row: one claim at a time.
            let _: (i64, i64) = sqlx::query_as(sql::CHANGE_HEAD_LOCK.of(self))
                .fetch_one(&mut *tx)
                .await?;
            let owner: Option<(Uuid, i64, i64, i64)> = sqlx::query_as(sql::NODE_OWNER)
                .fetch_optional(&mut *tx)
                .await?;
            let owner = owner.map(|(id, epoch, heartbeat, lease)| DatabaseOwner {
                id,
                epoch,
                heartbeat,
                lease: Duration::from_millis(u64::try_from(lease).unwrap_or_default()),
            });
            let replaced = match &owner {
                None => true,
                Some(owner) if owner.id == node.id || file_is_locked || Some(owner) == ended => {
                    let deleted = sqlx::query(sql::NODE_DELETE_UNCHANGED)
                        .bind(owner.id)
                        .bind(owner.epoch)
                        .bind(owner.heartbeat)
                        .execute(&mut *tx)
                        .await?;
                    // No row is deleted if the owner has renewed its claim meanwhile.
                    deleted.rows_affected() > 0
                }
                Some(_) => false,
            };
            match owner {
                Some(owner) if !replaced => Err(owner),
                _ => {
                    let (epoch, position): (i64, i64) = sqlx::query_as(sql::CHANGE_HEAD_CLAIM)
                        .bind(&cluster.system_id)
                        .bind(cluster.timeline)
                        .fetch_one(&mut *tx)
                        .await?;
                    sqlx::query(sql::NODE_INSERT)
                        .bind(node.id)
                        .bind(epoch)
                        .bind(lease_ms)
                        .bind(env!("CARGO_PKG_VERSION"))
                        .bind(node.at.0)
                        .execute(&mut *tx)
                        .await?;
                    Ok((epoch, position))
                }
            }
        })?;
        let (epoch, position) = match claimed {
            Ok(won) => won,
            Err(owner) => return Ok(Claim::Occupied(owner)),
        };
        self.fence().claim(epoch, position);
        Ok(Claim::Won(Ownership {
            store: self.clone(),
            node: node.id,
            epoch,
        }))
    }
}

impl Store {
    /// Continues positions above `seen`, which an earlier state of the database has reached, if the database is behind it.
    /// Returns whether it is.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn skip_positions(&self, seen: i64) -> Result<bool, StoreError> {
        let next = seen.saturating_add(SKIPPED_POSITIONS);
        let was_behind = transaction!(self, |tx| {
            let skipped = sqlx::query(sql::CHANGE_HEAD_SKIP)
                .bind(seen)
                .bind(next)
                .execute(&mut *tx)
                .await?;
            skipped.rows_affected() > 0
        })?;
        if was_behind {
            self.fence().record_position(next);
        }
        Ok(was_behind)
    }
}

impl Ownership {
    /// Renews the claim, and checks that the database has all changes that were seen. The lease runs from the instant before the
    /// call.
    ///
    /// # Errors
    /// `Fenced` if another process has claimed the database, `Behind` if it lacks changes: the store refuses every write from
    /// then on. If the database does not answer.
    pub async fn renew(&self) -> Result<(), StoreError> {
        let renewed = self.try_renew().await;
        if matches!(renewed, Err(StoreError::Fenced | StoreError::Behind { .. })) {
            self.store.fence().lose();
        }
        if let Err(StoreError::Unavailable(_) | StoreError::Unwritable { .. }) = renewed {
            self.store.find_primary().await;
        }
        renewed
    }

    async fn try_renew(&self) -> Result<(), StoreError> {
        let seen = self.store.fence().position();
        let (found, renewed) = if matches!(self.store, Store::Sqlite { .. }) {
            // The file is locked, so no row has to be written: a full disk does not end the claim.
            let (found, epoch): (i64, i64) = read!(&self.store, |pool| {
                sqlx::query_as(sql::CHANGE_HEAD).fetch_one(pool).await
            })?;
            (found, u64::from(epoch == self.epoch))
        } else {
            transaction!(&self.store, |tx| {
                let renewed = sqlx::query(sql::NODE_RENEW)
                    .bind(self.node)
                    .bind(self.epoch)
                    .execute(&mut *tx)
                    .await?;
                let (found, _): (i64, i64) =
                    sqlx::query_as(sql::CHANGE_HEAD).fetch_one(&mut *tx).await?;
                (found, renewed.rows_affected())
            })?
        };
        if found < seen {
            return Err(StoreError::Behind { found, seen });
        }
        if renewed == 0 {
            return Err(StoreError::Fenced);
        }
        Ok(())
    }

    /// Gives up the claim, so that the next process need not wait for the end of the lease.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn leave(&self) -> Result<(), StoreError> {
        transaction!(&self.store, |tx| {
            sqlx::query(sql::NODE_DELETE)
                .bind(self.node)
                .bind(self.epoch)
                .execute(&mut *tx)
                .await?;
        })?;
        self.store.fence().lose();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(beat: i64) -> DatabaseOwner {
        DatabaseOwner {
            id: Uuid::from_u128(1),
            epoch: 3,
            heartbeat: beat,
            lease: Duration::from_secs(30),
        }
    }

    #[test]
    fn an_owner_that_renews_its_lease_keeps_it() {
        let mut standby = Standby::default();
        for beat in 0..100 {
            let now = Duration::from_secs(20 * u64::try_from(beat).expect("small"));
            assert_eq!(standby.observe(owner(beat), now), None);
        }
    }

    #[test]
    fn an_owner_that_does_not_renew_is_replaced_after_its_lease() {
        let mut standby = Standby::default();
        let at = Duration::from_millis;
        assert_eq!(standby.observe(owner(7), at(1_000)), None);
        assert_eq!(standby.observe(owner(7), at(32_499)), None);
        assert_eq!(standby.observe(owner(7), at(32_500)), Some(owner(7)));
        // The owner itself stops answering before, even where its clock is 5 % slow.
        assert_eq!(lease_of(at(28_500)), at(30_000));
    }
}
