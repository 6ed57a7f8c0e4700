//! Checks whether the database and the revocation journal can be written, and records the database's fault if it cannot.

use crate::{Keyring, ManagementError};
use domain::time::SECOND;
use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};
use store::{Fault, Store, StoreError};
use verification::{Clock, Monotonic};

/// How long the result of a probe is reused, in milliseconds.
const PROBE_FOR: i64 = SECOND;
/// How long a success is reused while the lease is renewed, in milliseconds.
const RENEWALS_FOR: i64 = 10 * SECOND;

/// Whether the database and the revocation journal can be written.
#[derive(Clone, Copy)]
pub struct Health<'k> {
    pub(crate) keyring: &'k Keyring,
}

/// The last known condition.
#[derive(Default)]
pub(super) struct Condition {
    /// The fault that was logged last.
    fault: Mutex<Option<Fault>>,
    /// Whether the last renewal of the lease on PostgreSQL failed.
    renewal_failed: AtomicBool,
    /// The time and result of the last probe; none if its caller did not wait for it. Locked during a probe.
    probed: tokio::sync::Mutex<Option<(Monotonic, Result<(), String>)>>,
}

impl Condition {
    /// The fault that was logged last.
    fn fault(&self) -> Option<Fault> {
        *self.last_fault()
    }

    /// Checks that the database can be written; probes at most once a second, however often it is called. A success is reused for
    /// `success_for` milliseconds.
    ///
    /// # Errors
    /// Why it cannot be written.
    async fn probe(
        &self,
        store: &Store,
        clock: &dyn Clock,
        success_for: i64,
    ) -> Result<(), String> {
        let mut probed = self.probed.lock().await;
        let now = clock.monotonic();
        if let Some((at, outcome)) = &*probed {
            let reused_for = if outcome.is_ok() {
                success_for
            } else {
                PROBE_FOR
            };
            if now.since(*at) < reused_for {
                return outcome.clone();
            }
        }
        // A probe that the caller gives up is not a success.
        *probed = None;
        let outcome = store.probe_write(clock.now()).await;
        match &outcome {
            // One row may be written where another is not.
            Ok(()) if self.renewal_failed.load(Ordering::Acquire) => {}
            Ok(()) => self.note(fault_of_disk(store)),
            Err(error) => self.note_cause(error),
        }
        let outcome = outcome.map_err(|error| error.to_string());
        *probed = Some((now, outcome.clone()));
        outcome
    }

    fn last_fault(&self) -> MutexGuard<'_, Option<Fault>> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records the fault that a renewal of the lease on PostgreSQL has found, if it has. The fault ends when a renewal and then a
    /// probe succeed.
    pub(super) fn note_renewal(&self, renewed: &Result<(), StoreError>) {
        self.renewal_failed
            .store(renewed.is_err(), Ordering::Release);
        if let Err(error) = renewed {
            self.note_cause(error);
        }
    }

    /// Records the fault that is the cause of an error, if one is.
    fn note_cause(&self, error: &StoreError) {
        if let Some(fault) = error.fault() {
            self.note(Some(fault));
        }
    }

    /// Logs each change once.
    fn note(&self, fault: Option<Fault>) {
        let before = std::mem::replace(&mut *self.last_fault(), fault);
        match fault {
            Some(fault) if before != Some(fault) => {
                tracing::error!(
                    fault = fault.as_str(),
                    "the database cannot be written: {fault}"
                );
            }
            None if before.is_some() => tracing::info!("the database can be written again"),
            _ => {}
        }
    }
}

fn fault_of_disk(store: &Store) -> Option<Fault> {
    store.disk()?.fault()
}

impl Health<'_> {
    /// Checks that the database and the revocation journal can be written.
    ///
    /// # Errors
    /// `Unavailable` if one of them cannot be written.
    pub async fn ready(self) -> Result<(), ManagementError> {
        self.check_database().await?;
        self.keyring
            .key_changes()
            .journal_failure()
            .map_or(Ok(()), |error| {
                let error = format!("the revocation journal cannot be written: {error}");
                Err(ManagementError::Unavailable(error))
            })
    }

    /// Checks that the database can be written. On PostgreSQL, a renewal of the lease writes the row of this node, but on a connection
    /// that is not of the pool: while it is renewed, a probe is made every ten seconds, and every second if there is a fault.
    ///
    /// # Errors
    /// `Unavailable` if it cannot be written.
    pub(crate) async fn check_database(self) -> Result<(), ManagementError> {
        let renewed = self
            .keyring
            .this_node()
            .has_renewed_within(PROBE_FOR, self.keyring.monotonic());
        let success_for = if renewed && self.fault().is_none() {
            RENEWALS_FOR
        } else {
            PROBE_FOR
        };
        let (condition, clock) = (&self.keyring.this_node().condition, &**self.keyring.clock());
        let probed = condition.probe(self.keyring.store(), clock, success_for);
        probed.await.map_err(ManagementError::Unavailable)
    }

    /// The fault of the database, if there is one.
    pub fn fault(self) -> Option<Fault> {
        self.keyring.this_node().condition.fault()
    }

    /// Keeps a reserve file on the disk of an SQLite database, so that a revocation can be written when the disk is full.
    pub async fn keep_reserve(self) {
        if let Err(error) = self.keyring.store().keep_disk_reserve().await {
            tracing::warn!(%error, "there is no space for the reserve file beside the database: on a full disk nothing can be revoked");
        }
    }

    /// Maintains the disk of an SQLite database and logs changes of its condition, and writes what the journal lacks. The maintenance
    /// task calls it every second. PostgreSQL's faults are found by the renewal of the lease, which is a write; whether one has ended is
    /// found here by a probe, because one row may be written where another is not.
    pub async fn maintain_disk(self) {
        let disk = self.keyring.store().disk();
        if disk.is_some() {
            self.keyring.store().check_disk().await;
            self.keyring
                .this_node()
                .condition
                .note(fault_of_disk(self.keyring.store()));
        }
        // Before the probe, which may wait for a connection. A failure is logged there, and reported by `ready`.
        let _ = self.keyring.key_changes().write_journal(disk).await;
        if disk.is_none() && self.fault().is_some() {
            // The outcome is recorded there.
            let _ = self.check_database().await;
        }
    }
}
