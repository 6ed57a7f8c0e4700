//! Figures about the process, for metrics.

use crate::{Keyring, NodeStats};
use store::Fault;

/// Figures about a keyring. They identify no key and no person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stats {
    /// Keys in the index.
    pub keys: usize,
    /// Batches of usage that could not be written yet.
    pub pending_batches: usize,
    /// Milliseconds since usage was last written completely.
    pub usage_lag_ms: i64,
    /// Milliseconds since the last granted renewal of the lease was asked for.
    pub database_downtime_ms: i64,
    /// Milliseconds by which the machine's clock is behind; 0 if it is at most a minute.
    pub clock_behind_ms: i64,
    /// The fault of the database, if there is one.
    pub fault: Option<Fault>,
    /// Whether the reserve file for a full disk is there; `None` if this database has none.
    pub reserve: Option<bool>,
    /// Whether the revocation journal cannot be written.
    pub journal_failed: bool,
    /// The nodes that share the database; `None` if this is the only process.
    pub nodes: Option<NodeStats>,
}

impl Stats {
    /// Returns the current figures of a keyring.
    pub(crate) fn of(keyring: &Keyring) -> Self {
        Self {
            keys: keyring.index().key_count(),
            pending_batches: keyring.telemetry().pending_batches(),
            usage_lag_ms: keyring.telemetry().usage_lag_ms(),
            database_downtime_ms: keyring.node().database_downtime_ms(),
            clock_behind_ms: keyring.clock().guard().behind(),
            fault: keyring.health().fault(),
            reserve: keyring.store().disk().and_then(store::Disk::has_reserve),
            journal_failed: keyring.key_changes().journal_failure().is_some(),
            nodes: keyring.this_node().stats(),
        }
    }
}
