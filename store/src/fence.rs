//! What this process knows of the database that it changes: which claim it holds, with what it seals the audit log, how far
//! the changes of keys have come, and which PostgreSQL cluster it is. A clone is the same fence.

use crate::{StoreError, audit::Seals};
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicI64, Ordering},
};

/// The epoch of a store that was never claimed. A database that nobody has claimed yet has the same one.
const UNCLAIMED: i64 = 0;
/// The epoch of a store whose claim was lost. No database has it.
const LOST: i64 = -1;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Fence(Arc<State>);

#[derive(Debug, Default)]
struct State {
    epoch: AtomicI64,
    position: AtomicI64,
    cluster: Mutex<Option<Cluster>>,
    seals: Seals,
}

/// A PostgreSQL cluster, and how often a standby of it was promoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cluster {
    /// `system_identifier` of `pg_control_system()`; empty where the role may not read it.
    pub(crate) system_id: String,
    /// The timeline that is written to.
    pub(crate) timeline: i64,
}

impl Fence {
    /// What a change of keys has to find in `change_head`.
    pub(crate) fn token(&self) -> i64 {
        self.0.epoch.load(Ordering::Acquire)
    }

    /// The claimed epoch; `None` where the store was never claimed, as in a command beside the server.
    pub(crate) fn claimed(&self) -> Option<i64> {
        Some(self.token()).filter(|epoch| *epoch != UNCLAIMED)
    }

    /// Compares the epoch of the database with the claimed one.
    ///
    /// # Errors
    /// `Fenced` if another process has claimed the database.
    pub(crate) fn check(&self, epoch: i64) -> Result<(), StoreError> {
        match self.claimed() {
            Some(claimed) if claimed != epoch => Err(StoreError::Fenced),
            _ => Ok(()),
        }
    }

    /// What seals the audit log.
    pub(crate) fn seals(&self) -> &Seals {
        &self.0.seals
    }

    /// Holds a claim from now on.
    pub(crate) fn claim(&self, epoch: i64, position: i64) {
        self.saw(position);
        self.0.epoch.store(epoch, Ordering::Release);
    }

    /// Refuses every write from now on.
    pub(crate) fn lose(&self) {
        self.0.epoch.store(LOST, Ordering::Release);
    }

    /// Notes a position that is known to be committed.
    pub(crate) fn saw(&self, position: i64) {
        self.0.position.fetch_max(position, Ordering::AcqRel);
    }

    /// The newest position that this process has seen.
    pub fn position(&self) -> i64 {
        self.0.position.load(Ordering::Acquire)
    }

    /// Compares a cluster with the one that was met first, and remembers it.
    ///
    /// # Errors
    /// Why it cannot be the same database.
    pub(crate) fn meet(&self, cluster: &Cluster) -> Result<(), String> {
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

    /// The cluster that was met last; `None` on SQLite.
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
    fn a_promoted_standby_is_the_same_database_and_the_old_primary_is_not() {
        let fence = Fence::default();
        fence.meet(&cluster("7", 1)).expect("the first");
        fence.meet(&cluster("7", 2)).expect("promoted");
        let old = fence.meet(&cluster("7", 1)).expect_err("the old primary");
        assert!(old.contains("timeline 1, not 2"), "{old}");
        let other = fence.meet(&cluster("8", 2)).expect_err("another cluster");
        assert!(other.contains("system identifier 8, not 7"), "{other}");
    }

    #[test]
    fn a_lost_claim_is_a_claim_that_no_database_has() {
        let fence = Fence::default();
        assert_eq!(fence.claimed(), None);
        fence.claim(3, 17);
        assert_eq!((fence.claimed(), fence.position()), (Some(3), 17));
        fence.saw(12);
        assert_eq!(fence.position(), 17);
        fence.lose();
        assert_eq!(fence.claimed(), Some(LOST));
    }
}
