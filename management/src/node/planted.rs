//! Faults that the history checker has to find: `cargo xtask history --fault all`.
//!
//! Only a program that is built with the feature `planted-faults` has them, and it has the one that `LATCHKEY_PLANTED_FAULT`
//! names. In any other build the answer is always no, and the compiler removes what depends on it.

#[cfg(feature = "planted-faults")]
mod named;

#[cfg(feature = "planted-faults")]
pub(crate) use named::{cached, is_planted, plant_revocation};

/// A deviation from the protocol of `docs/decisions/0044-several-nodes.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlantedFault {
    /// A call is accepted by a copy of a decision that is up to two seconds old.
    #[cfg(feature = "planted-faults")]
    CachedDecision,
    /// The index has a revocation before it is committed.
    #[cfg(feature = "planted-faults")]
    IndexBeforeCommit,
    /// A change counts as applied without being read, unless its notification arrives.
    LostNotification,
    /// A change ends with its client's connection, also between the commit and the index.
    DroppedHandler,
    /// When a process joins, changes after the keys were read count as applied.
    StaleJoin,
    /// A lease counts from the arrival of the reply instead of from the sending of the request.
    LeaseFromReply,
    /// A lease ends when a renewal fails, and is not compared with the clock at each call.
    LeaseWithoutEnd,
    /// A node that is behind is removed before its lease has ended.
    RemovedTooEarly,
}

/// Whether a fault is planted.
#[cfg(not(feature = "planted-faults"))]
pub(crate) const fn is_planted(_: PlantedFault) -> bool {
    false
}
