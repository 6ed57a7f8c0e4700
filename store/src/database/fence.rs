//! The registration of this process in the database, and what it has learned about it: the newest position, the PostgreSQL
//! cluster, why it cannot be reached, the keys that seal the audit log.

use super::transaction::DriverError;
use crate::{StoreError, error::ConnectionFailure, seal::SharedSealKeys};
use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicI64, Ordering},
};
use uuid::Uuid;

/// The epoch of a store that was never registered, and of a database without a registration.
const UNREGISTERED: i64 = 0;
/// The epoch of a store whose registration was lost. No row has it.
const LOST: i64 = -1;

/// The registration of this process in a database, and what it knows about the database. A clone shares its state.
#[derive(Clone, Debug, Default)]
pub struct Fence(Arc<FenceState>);

#[derive(Debug, Default)]
struct FenceState {
    node: Mutex<Uuid>,
    epoch: AtomicI64,
    position: AtomicI64,
    /// The history with which this process has compared what it has seen.
    history: AtomicI64,
    cluster: Mutex<Option<Cluster>>,
    /// Why the last attempt to connect to PostgreSQL failed, if it did.
    connection_failure: Mutex<Option<ConnectionFailure>>,
    seals: SharedSealKeys,
}

/// The identity of a PostgreSQL cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cluster {
    /// `system_identifier` of `pg_control_system()`; empty if the role may not read it.
    pub(crate) system_id: String,
    /// The current timeline. Each promotion of a standby begins a new one.
    pub(crate) timeline: i64,
}

/// The number of lanes.
pub const LANES: i64 = 32;

/// A row of the table of nodes: a process's id and the number of its registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeRegistration {
    /// The process's id.
    pub node: Uuid,
    /// The number of the registration.
    pub epoch: i64,
}

impl NodeRegistration {
    /// Returns the lane of the registration, which no other one has while there are at most [`LANES`] of them: the remainder of the
    /// ids that the process gives to decisions, divided by that number.
    pub const fn lane(&self) -> i64 {
        lane_of(self.epoch)
    }
}

/// Returns the lane of the registration with this number.
pub(crate) const fn lane_of(epoch: i64) -> i64 {
    epoch.rem_euclid(LANES)
}

impl Fence {
    /// Returns the registration; `None` if the store was never registered, as in a command beside the server. The row of a
    /// lost one does not exist.
    pub fn registration(&self) -> Option<NodeRegistration> {
        let epoch = self.0.epoch.load(Ordering::Acquire);
        (epoch != UNREGISTERED).then(|| NodeRegistration {
            node: self.node(),
            epoch,
        })
    }

    /// Returns the id of this process; nil if it was never registered.
    pub fn node(&self) -> Uuid {
        *self.0.node.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Checks what a transaction found first: the position and the history of the database, if this process's row is there.
    /// `seen` is a position that this process had seen before.
    ///
    /// # Errors
    /// `Fenced` without the row, `Behind` if the database is an older copy, `NotCompared` if its history is another one.
    pub(crate) fn check(&self, found: Option<(i64, i64)>, seen: i64) -> Result<(), StoreError> {
        match found {
            None => Err(StoreError::Fenced),
            Some((found, _)) if found < seen => Err(StoreError::Behind { found, seen }),
            Some((_, history)) if history != self.history() => Err(StoreError::NotCompared),
            Some(_) => Ok(()),
        }
    }

    pub(crate) fn seals(&self) -> &SharedSealKeys {
        &self.0.seals
    }

    /// Records a registration, and a position that the database has.
    pub(crate) fn register(&self, registration: NodeRegistration, position: i64) {
        self.record_position(position);
        *self.0.node.lock().unwrap_or_else(PoisonError::into_inner) = registration.node;
        self.0.epoch.store(registration.epoch, Ordering::Release);
    }

    /// Records that the registration is lost: every write is refused until there is a new one.
    pub(crate) fn lose(&self) {
        self.0.epoch.store(LOST, Ordering::Release);
    }

    /// Returns the history with which this process has compared what it has seen.
    pub fn history(&self) -> i64 {
        self.0.history.load(Ordering::Acquire)
    }

    /// Records that what this process has seen was compared with a history of the database.
    pub(crate) fn set_history(&self, history: i64) {
        self.0.history.store(history, Ordering::Release);
    }

    /// Records a committed position.
    pub fn record_position(&self, position: i64) {
        self.0.position.fetch_max(position, Ordering::AcqRel);
    }

    /// Returns the newest position that this process has seen.
    pub fn position(&self) -> i64 {
        self.0.position.load(Ordering::Acquire)
    }

    /// Compares the cluster of a connection with the known one. The first one becomes the known one.
    ///
    /// # Errors
    /// Why it cannot be the same database. A later timeline is one, until [`Fence::set_cluster`] is called.
    pub(crate) fn check_cluster(&self, cluster: &Cluster) -> Result<(), String> {
        let mut known = self.known_cluster();
        let Some(known) = &*known else {
            *known = Some(cluster.clone());
            return Ok(());
        };
        require_successor(known, cluster)?;
        if cluster.timeline > known.timeline {
            return Err(format!(
                "a promoted standby answers at this address: timeline {}, not {}; what it has is compared first",
                cluster.timeline, known.timeline
            ));
        }
        Ok(())
    }

    /// Compares the cluster of a connection with the known one, as [`Fence::check_cluster`], but accepts a later timeline.
    ///
    /// # Errors
    /// Why it cannot be a later state of the same database.
    pub(crate) fn check_successor(&self, cluster: &Cluster) -> Result<(), String> {
        match &*self.known_cluster() {
            Some(known) => require_successor(known, cluster),
            None => Ok(()),
        }
    }

    /// Records the cluster with which what this process has seen was compared.
    pub(crate) fn set_cluster(&self, cluster: Cluster) {
        *self.known_cluster() = Some(cluster);
    }

    fn known_cluster(&self) -> MutexGuard<'_, Option<Cluster>> {
        let cluster = &self.0.cluster;
        cluster.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the last known cluster; `None` on SQLite.
    pub(crate) fn cluster(&self) -> Option<Cluster> {
        self.known_cluster().clone()
    }

    /// Records the outcome of an attempt to connect to PostgreSQL.
    pub(crate) fn record_connection<T>(&self, outcome: &sqlx::Result<T>) {
        *self.connection_failure() = outcome.as_ref().err().map(ConnectionFailure::of);
    }

    /// Replaces the error of a pool that had no connection in time by the reason why the last attempt to connect failed: the
    /// pool tries again until its time is over, and does not say why.
    pub(crate) fn explain<T, E: DriverError>(&self, result: Result<T, E>) -> Result<T, E> {
        match result {
            Err(error) if error.is_pool_timeout() => {
                let failure = self.connection_failure().clone();
                Err(failure.map_or(error, |failure| failure.into_error().into()))
            }
            other => other,
        }
    }

    fn connection_failure(&self) -> MutexGuard<'_, Option<ConnectionFailure>> {
        let failure = &self.0.connection_failure;
        failure.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn require_successor(known: &Cluster, cluster: &Cluster) -> Result<(), String> {
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
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Fault;

    fn cluster(system_id: &str, timeline: i64) -> Cluster {
        Cluster {
            system_id: system_id.into(),
            timeline,
        }
    }

    #[test]
    fn a_promoted_standby_is_accepted_once_it_was_compared_and_the_old_primary_is_refused() {
        let fence = Fence::default();
        fence.check_cluster(&cluster("7", 1)).expect("the first");
        let promoted = cluster("7", 2);
        fence.check_cluster(&promoted).expect_err("not compared");
        fence.check_successor(&promoted).expect("a later state");
        fence.set_cluster(promoted.clone());
        fence.check_cluster(&promoted).expect("compared");
        for check in [Fence::check_cluster, Fence::check_successor] {
            let old = check(&fence, &cluster("7", 1)).expect_err("the old primary");
            assert!(old.contains("timeline 1, not 2"), "{old}");
            let other = check(&fence, &cluster("8", 2)).expect_err("another cluster");
            assert!(other.contains("system identifier 8, not 7"), "{other}");
        }
    }

    #[test]
    fn a_lost_registration_matches_no_row() {
        let fence = Fence::default();
        assert_eq!(fence.registration(), None);
        let node = Uuid::from_u128(1);
        fence.register(NodeRegistration { node, epoch: 3 }, 17);
        let epoch = || fence.registration().map(|registration| registration.epoch);
        assert_eq!(
            (epoch(), fence.position(), fence.node()),
            (Some(3), 17, node)
        );
        fence.record_position(12);
        assert_eq!(fence.position(), 17);
        fence.lose();
        assert_eq!(epoch(), Some(LOST));
    }

    #[test]
    fn a_pool_without_connections_reports_the_fault_of_the_last_server() {
        let fence = Fence::default();
        let explain = || {
            let timed_out = StoreError::from(sqlx::Error::PoolTimedOut);
            let explained: Result<(), StoreError> = fence.explain(Err(timed_out));
            explained.expect_err("no connection")
        };
        let refused = ConnectionFailure::new("a standby", Some(Fault::ReadOnly)).into_error();
        fence.record_connection::<()>(&Err(refused));
        let error = explain();
        assert_eq!(error.to_string(), "the database does not answer: a standby");
        assert_eq!(error.fault(), Some(Fault::ReadOnly));
        let refused = ConnectionFailure::new("another cluster", None).into_error();
        fence.record_connection::<()>(&Err(refused));
        assert_eq!(explain().fault(), None);
        fence.record_connection(&Ok(()));
        assert_eq!(explain().fault(), None);
    }
}
