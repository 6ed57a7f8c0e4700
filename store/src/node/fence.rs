//! The claim of this process to the database, and what it has learned about it: the newest position, the PostgreSQL cluster,
//! the keys that seal the audit log.

use crate::{StoreError, audit::SharedSealKeys};
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicI64, Ordering},
};

/// The epoch of a store that was never claimed, and of a database that was never claimed.
const UNCLAIMED: i64 = 0;
/// The epoch of a store whose claim was lost. No database has it.
const LOST: i64 = -1;

/// The claim of this process to a database. A clone shares its state.
#[derive(Clone, Debug, Default)]
pub struct Fence(Arc<State>);

#[derive(Debug, Default)]
struct State {
    epoch: AtomicI64,
    position: AtomicI64,
    cluster: Mutex<Option<Cluster>>,
    seals: SharedSealKeys,
}

/// The identity of a PostgreSQL cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cluster {
    /// `system_identifier` of `pg_control_system()`; empty if the role may not read it.
    pub(crate) system_id: String,
    /// The current timeline. Each promotion of a standby begins a new one.
    pub(crate) timeline: i64,
}

impl Fence {
    /// Returns the epoch that a change of keys must find in `change_head`.
    pub(crate) fn token(&self) -> i64 {
        self.0.epoch.load(Ordering::Acquire)
    }

    /// Returns the claimed epoch; `None` if the store was never claimed, as in a command beside the server.
    pub(crate) fn claimed(&self) -> Option<i64> {
        Some(self.token()).filter(|epoch| *epoch != UNCLAIMED)
    }

    /// Compares the epoch of the database with the claimed one, and its position with one that this process had `seen` before
    /// it read them.
    ///
    /// # Errors
    /// `Fenced` if another process has claimed the database, `Behind` if it is an older copy.
    pub(crate) fn check(&self, (found, epoch): (i64, i64), seen: i64) -> Result<(), StoreError> {
        match self.claimed() {
            Some(claimed) if claimed != epoch => Err(StoreError::Fenced),
            Some(_) if found < seen => Err(StoreError::Behind { found, seen }),
            _ => Ok(()),
        }
    }

    pub(crate) fn seals(&self) -> &SharedSealKeys {
        &self.0.seals
    }

    /// Records a claim that was granted.
    pub(crate) fn claim(&self, epoch: i64, position: i64) {
        self.record_position(position);
        self.0.epoch.store(epoch, Ordering::Release);
    }

    /// Records that the claim is lost: every write is refused from now on.
    pub(crate) fn lose(&self) {
        self.0.epoch.store(LOST, Ordering::Release);
    }

    /// Records a committed position.
    pub(crate) fn record_position(&self, position: i64) {
        self.0.position.fetch_max(position, Ordering::AcqRel);
    }

    /// Returns the newest position that this process has seen.
    pub fn position(&self) -> i64 {
        self.0.position.load(Ordering::Acquire)
    }

    /// Compares a cluster with the last known one, and remembers it.
    ///
    /// # Errors
    /// Why it cannot be the same database.
    pub(crate) fn check_cluster(&self, cluster: &Cluster) -> Result<(), String> {
        let mut known = self
            .0
            .cluster
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &*known {
            if known.system_id != cluster.system_id {
                return Err(format!(
                    "another PostgreSQL cluster answers at this address: system identifier {}, not {}",
                    cluster.system_id, known.system_id
                ));
            }
            if cluster.timeline < known.timeline {
                return Err(format!(
                    "an earlier state of the PostgreSQL cluster answers at this address: timeline {}, not {}",
                    cluster.timeline, known.timeline
                ));
            }
        }
        *known = Some(cluster.clone());
        Ok(())
    }

    /// Returns the last known cluster; `None` on SQLite.
    pub(crate) fn cluster(&self) -> Option<Cluster> {
        self.0
            .cluster
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cluster(system_id: &str, timeline: i64) -> Cluster {
        Cluster {
            system_id: system_id.into(),
            timeline,
        }
    }

    #[test]
    fn a_promoted_standby_is_accepted_and_the_old_primary_is_refused() {
        let fence = Fence::default();
        fence.check_cluster(&cluster("7", 1)).expect("the first");
        fence.check_cluster(&cluster("7", 2)).expect("promoted");
        let old = fence
            .check_cluster(&cluster("7", 1))
            .expect_err("the old primary");
        assert!(old.contains("timeline 1, not 2"), "{old}");
        let other = fence
            .check_cluster(&cluster("8", 2))
            .expect_err("another cluster");
        assert!(other.contains("system identifier 8, not 7"), "{other}");
    }

    #[test]
    fn the_epoch_of_a_lost_claim_matches_no_database() {
        let fence = Fence::default();
        assert_eq!(fence.claimed(), None);
        fence.claim(3, 17);
        assert_eq!((fence.claimed(), fence.position()), (Some(3), 17));
        fence.record_position(12);
        assert_eq!(fence.position(), 17);
        fence.lose();
        assert_eq!(fence.claimed(), Some(LOST));
    }
}
