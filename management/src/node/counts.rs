//! Figures about the nodes, for metrics.

use super::Confirmation;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Counters since the start, and the number of nodes.
#[derive(Default)]
pub(super) struct NodeCounters {
    nodes: AtomicUsize,
    confirmed: AtomicU64,
    waited_ms: AtomicU64,
    removed: AtomicU64,
}

/// Figures about the nodes that share a database. They are what this node knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeStats {
    /// Nodes, this one among them, when they were last looked at: at a change, and three times in a lease.
    pub nodes: usize,
    /// Changes that ended access and were confirmed through this node.
    pub confirmed: u64,
    /// Milliseconds between the commits of these changes and their confirmations, added up.
    pub waited_ms: u64,
    /// Nodes that this one removed because they were silent.
    pub removed: u64,
}

impl NodeCounters {
    pub(super) fn see(&self, nodes: usize) {
        self.nodes.store(nodes, Ordering::Relaxed);
    }

    /// Records a confirmed change.
    pub(super) fn confirm(&self, confirmation: &Confirmation) {
        self.confirmed.fetch_add(1, Ordering::Relaxed);
        let waited = u64::try_from(confirmation.elapsed_ms).unwrap_or_default();
        self.waited_ms.fetch_add(waited, Ordering::Relaxed);
        self.remove(confirmation.removed.len());
    }

    /// Records that nodes were removed.
    pub(super) fn remove(&self, nodes: usize) {
        let nodes = u64::try_from(nodes).unwrap_or(u64::MAX);
        self.removed.fetch_add(nodes, Ordering::Relaxed);
    }

    pub(super) fn stats(&self) -> NodeStats {
        NodeStats {
            nodes: self.nodes.load(Ordering::Relaxed).max(1),
            confirmed: self.confirmed.load(Ordering::Relaxed),
            waited_ms: self.waited_ms.load(Ordering::Relaxed),
            removed: self.removed.load(Ordering::Relaxed),
        }
    }
}
