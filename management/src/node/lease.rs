//! When the lease of this process began.

use std::sync::atomic::{AtomicU64, Ordering};
use verification::Monotonic;

/// No renewal was granted.
const NONE: u64 = 0;
/// Renewals no longer count.
const ENDED: u64 = u64::MAX;

/// When the last granted renewal was asked for. Every verification reads it.
pub(super) struct LeaseStart(AtomicU64);

impl LeaseStart {
    /// Begins at an instant, for a keyring that has no registration.
    pub(super) fn at(asked: Monotonic) -> Self {
        Self(AtomicU64::new(stored(asked)))
    }

    /// Forgets the instant: a renewal has to be granted first.
    pub(super) fn reset(&self) {
        self.0.store(NONE, Ordering::Release);
    }

    /// Records that a renewal was granted.
    pub(super) fn renew(&self, asked: Monotonic) {
        self.0.fetch_max(stored(asked), Ordering::AcqRel);
    }

    /// Ends the lease for good.
    pub(super) fn end(&self) {
        self.0.store(ENDED, Ordering::Release);
    }

    /// Returns the milliseconds from the renewal until `now`; `i64::MAX` without a lease.
    pub(super) fn since(&self, now: Monotonic) -> i64 {
        match self.0.load(Ordering::Acquire) {
            NONE | ENDED => i64::MAX,
            stored => now.since(Monotonic(stored - 1)),
        }
    }
}

/// The clock of a test may begin at 0.
fn stored(asked: Monotonic) -> u64 {
    asked.0.saturating_add(1).min(ENDED - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_begins_with_its_newest_renewal_and_ends_for_good() {
        let at = |ms| Monotonic::default().plus(ms);
        let lease = LeaseStart::at(at(0));
        assert_eq!(lease.since(at(7)), 7);
        lease.reset();
        assert_eq!(lease.since(at(7)), i64::MAX);
        lease.renew(at(5));
        lease.renew(at(3));
        assert_eq!(lease.since(at(7)), 2);
        lease.end();
        lease.renew(at(9));
        assert_eq!(lease.since(at(9)), i64::MAX);
    }
}
