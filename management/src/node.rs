//! This process among those that use the database: its registration, its lease, the changes of the others, and its background tasks.
//!
//! A process answers from memory while it has a lease: for a time after it *asked* for the last renewal that was granted. On
//! SQLite it is the only process, and every answer of the database is a renewal.

mod background;
mod condition;
mod confirmation;
mod counts;
mod follow;
mod join;
mod lease;
pub(crate) mod pepper;
pub(crate) mod planted;
mod renew;
mod stats;
mod time_mark;

pub use background::Background;
pub use condition::Health;
pub(crate) use confirmation::Applied;
pub use confirmation::{Confirmation, NodesBehind};
pub use counts::NodeStats;
pub use join::{Join, JoinError, Joining};
pub use pepper::{PepperRotation, PepperUse, pepper_uses};
pub use stats::Stats;

use crate::Keyring;
use condition::Condition;
use counts::NodeCounters;
use domain::time::Timestamp;
use lease::LeaseStart;
use planted::{PlantedFault, is_planted};
use std::sync::{
    Mutex, OnceLock,
    atomic::{AtomicBool, AtomicI64, Ordering},
};
use store::{NodeConnection, Ownership, SilentNodes, StoreError};
use time_mark::TimeMark;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use verification::Monotonic;

/// This process among those that use the database: joining them, its lease, and the changes of the others.
#[derive(Clone, Copy)]
pub struct Node<'k> {
    pub(crate) keyring: &'k Keyring,
}

/// The state of this process among those that use the database.
pub(crate) struct ThisNode {
    /// The registration; none in a command that runs beside the server.
    registration: OnceLock<Registration>,
    counters: NodeCounters,
    /// Why the database was lost, if it was.
    loss: Loss,
    /// When the last renewal was asked for, by the monotonic clock.
    lease_start: LeaseStart,
    /// The newest change that the index has.
    applied: AppliedPosition,
    /// Cancelled when changes no longer wait for other nodes.
    closing: CancellationToken,
    time_mark: TimeMark,
    /// The last known fault of the database.
    condition: Condition,
}

/// The registration of this process.
enum Registration {
    /// It is the only process.
    Owner(Ownership),
    /// It is one of several.
    Member(Box<Member>),
}

/// A process beside others.
struct Member {
    node: NodeConnection,
    /// Whether it was the oldest one at its last renewal.
    is_oldest: AtomicBool,
    /// Notified when PostgreSQL announces a change.
    announced: Notify,
    /// Held while the changes of others are applied.
    following: tokio::sync::Mutex<()>,
    /// The history with which this process has compared what it has seen, and when it was noticed.
    history: Mutex<(i64, Monotonic)>,
    /// The others, and when they were looked at.
    silent: tokio::sync::Mutex<(SilentNodes, Monotonic)>,
}

/// The newest change that the key index has, together with all changes before it.
#[derive(Default)]
pub(crate) struct AppliedPosition(AtomicI64);

impl AppliedPosition {
    pub(crate) fn get(&self) -> i64 {
        self.0.load(Ordering::Acquire)
    }

    /// Records that the index has every change up to a position.
    pub(crate) fn advance_to(&self, position: i64) {
        self.0.fetch_max(position, Ordering::AcqRel);
    }

    /// Records that the index has the change at a position. If changes before it are missing, they are read from the database
    /// with it.
    pub(crate) fn add(&self, position: i64) {
        // Unless it is the next one, nothing changes.
        let _ =
            self.0
                .compare_exchange(position - 1, position, Ordering::AcqRel, Ordering::Acquire);
    }
}

/// The reason why the database was lost. From then on no key is verified and nothing is written.
#[derive(Default)]
struct Loss {
    why: OnceLock<String>,
    token: CancellationToken,
}

impl ThisNode {
    /// A process that is not registered, whose index was read at `applied`, and the time mark that the database has.
    pub(crate) fn new(now: Monotonic, applied: AppliedPosition, mark: Option<Timestamp>) -> Self {
        Self {
            registration: OnceLock::new(),
            counters: NodeCounters::default(),
            loss: Loss::default(),
            lease_start: LeaseStart::at(now),
            applied,
            closing: CancellationToken::new(),
            time_mark: TimeMark::new(mark),
            condition: Condition::default(),
        }
    }

    /// The newest change that the index has.
    pub(crate) const fn applied(&self) -> &AppliedPosition {
        &self.applied
    }

    /// Ends the waiting of changes for other nodes.
    pub(crate) fn stop_waiting(&self) {
        self.closing.cancel();
    }

    /// Whether this process is one of several.
    pub(crate) fn is_member(&self) -> bool {
        self.member().is_some()
    }

    fn member(&self) -> Option<&Member> {
        match self.registration.get() {
            Some(Registration::Member(member)) => Some(member),
            _ => None,
        }
    }

    fn is_maintainer(&self, now: Monotonic) -> bool {
        self.member().is_none_or(|member| {
            member.is_oldest.load(Ordering::Acquire) && self.has_lease(member, now)
        })
    }

    fn has_lease(&self, member: &Member, now: Monotonic) -> bool {
        let time = store::answering_time(member.node.lease());
        self.downtime_ms(now) <= i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
    }

    /// Whether the lease of a process beside others was renewed within `ms` milliseconds.
    pub(crate) fn has_renewed_within(&self, ms: i64, now: Monotonic) -> bool {
        self.is_member() && self.lease_start.since(now) < ms
    }

    /// Returns figures about the nodes; `None` if this is the only process.
    pub(crate) fn stats(&self) -> Option<NodeStats> {
        self.is_member().then(|| self.counters.stats())
    }

    /// Gives up the registration, so that others need not wait until the lease has ended.
    pub(crate) async fn leave(&self) {
        let Some(registration) = self.registration.get() else {
            return;
        };
        self.lease_start.end();
        let left = match registration {
            _ if self.is_lost() => Ok(()),
            Registration::Owner(ownership) => ownership.leave().await,
            Registration::Member(member) => member.node.leave().await,
        };
        if let Err(error) = left {
            tracing::warn!(%error, "other processes have to wait until the lease of this one ends");
        }
    }

    fn lose(&self, why: &StoreError) {
        tracing::error!(%why, "this process has lost the database: no key is verified and nothing is changed");
        let _ = self.loss.why.set(why.to_string());
        self.loss.token.cancel();
    }

    fn is_lost(&self) -> bool {
        // The token's state is behind a mutex, which all calls would share.
        self.loss.why.get().is_some()
    }

    async fn lost(&self) -> &str {
        self.loss.token.cancelled().await;
        self.loss.why.get().map_or("", String::as_str)
    }

    fn downtime_ms(&self, now: Monotonic) -> i64 {
        if self.is_lost() {
            return i64::MAX;
        }
        let downtime = self.lease_start.since(now);
        if downtime < i64::MAX && is_planted(PlantedFault::LeaseWithoutEnd) {
            return 0;
        }
        downtime
    }
}

impl<'k> Node<'k> {
    /// Whether this process does what one process at a time is enough for, such as pruning: the oldest one, while it has a lease.
    pub fn is_maintainer(self) -> bool {
        self.keyring
            .this_node()
            .is_maintainer(self.keyring.monotonic())
    }

    /// Whether this process is one of several.
    pub fn is_member(self) -> bool {
        self.keyring.this_node().is_member()
    }

    /// Whether this process has not lost the database. It may be unavailable: see [`Node::database_downtime_ms`].
    pub fn has_database(self) -> bool {
        !self.keyring.this_node().is_lost()
    }

    /// Waits until the database is lost, and returns the reason.
    pub async fn lost(self) -> &'k str {
        self.keyring.this_node().lost().await
    }

    /// Returns the milliseconds since the last granted renewal was asked for, during which the index may have become stale;
    /// `i64::MAX` without a renewal, and once the database is lost.
    pub fn database_downtime_ms(self) -> i64 {
        self.keyring
            .this_node()
            .downtime_ms(self.keyring.monotonic())
    }
}
