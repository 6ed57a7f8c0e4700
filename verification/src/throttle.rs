//! Limits on failed attempts, in a table of constant size.

use crate::{Gcra, Monotonic};
use domain::key::rate_limit::RateLimit;
use std::{
    hash::{BuildHasher, Hash, RandomState},
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
};

/// Sets of the table; with [`WAYS`], 65,536 counters in 2.1 MB.
const SETS: u64 = 8_192;
/// Counters of a set.
const WAYS: usize = 8;
/// The /64 prefix of an IPv6 address; one customer controls the rest.
const NETWORK: u128 = !(u64::MAX as u128);

/// Counters of failed attempts by what the attempts have in common. If a set is full, the counter that would be available the
/// soonest is evicted: an attacker with a million addresses evicts the counters of those addresses, and not an exhausted one.
pub struct Throttle {
    sets: Box<[Mutex<[Counter; WAYS]>]>,
    /// Randomly keyed, so that attempts that share a counter cannot be constructed.
    hasher: RandomState,
}

#[derive(Default)]
struct Counter {
    hash: u64,
    used: Gcra,
    /// The limit of `used`; `None` if the counter was never used.
    limit: Option<RateLimit>,
}

impl Counter {
    /// Returns when the whole limit is available again, in milliseconds of the monotonic clock.
    fn full_at(&self) -> i64 {
        self.limit.map_or(0, |limit| self.used.full_at(limit))
    }
}

/// A counter that an attempt is charged to.
#[derive(Clone, Copy)]
pub struct ThrottleBucket {
    hash: u64,
    limit: RateLimit,
}

impl Default for Throttle {
    fn default() -> Self {
        Self {
            sets: (0..SETS).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
        }
    }
}

impl Throttle {
    /// Returns the bucket of attempts that have `what` in common.
    pub fn bucket(&self, what: impl Hash, limit: RateLimit) -> ThrottleBucket {
        ThrottleBucket {
            hash: self.hasher.hash_one(what),
            limit,
        }
    }

    /// Charges an attempt to all buckets.
    ///
    /// # Errors
    /// The milliseconds to wait, if a bucket is exhausted: then none is charged.
    pub fn take(&self, buckets: &[ThrottleBucket], now: Monotonic) -> Result<(), i64> {
        for (n, bucket) in buckets.iter().enumerate() {
            let taken = self.with_counter(*bucket, |counter| {
                if counter.hash != bucket.hash || counter.limit != Some(bucket.limit) {
                    *counter = Counter {
                        hash: bucket.hash,
                        used: Gcra::default(),
                        limit: Some(bucket.limit),
                    };
                }
                counter.used.take(bucket.limit, now)
            });
            if let Err(wait) = taken {
                self.refund(&buckets[..n]);
                return Err(wait);
            }
        }
        Ok(())
    }

    /// Whether [`Throttle::take`] would reject an attempt now. Nothing is charged.
    pub fn is_exhausted(&self, bucket: ThrottleBucket, now: Monotonic) -> bool {
        self.with_counter(bucket, |counter| {
            counter.hash == bucket.hash
                && counter.limit == Some(bucket.limit)
                && counter.used.clone().take(bucket.limit, now).is_err()
        })
    }

    /// Returns an attempt that [`Throttle::take`] has charged.
    pub fn refund(&self, buckets: &[ThrottleBucket]) {
        for bucket in buckets {
            self.with_counter(*bucket, |counter| {
                if counter.hash == bucket.hash {
                    counter.used.refund(bucket.limit);
                }
            });
        }
    }

    /// Calls `act` with the bucket's counter, or with the one that it evicts.
    fn with_counter<T>(&self, bucket: ThrottleBucket, act: impl FnOnce(&mut Counter) -> T) -> T {
        let set = usize::try_from(bucket.hash % SETS).unwrap_or_default();
        let mut set = self.sets[set]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let way = set
            .iter()
            .position(|counter| counter.hash == bucket.hash)
            .or_else(|| (0..WAYS).min_by_key(|way| set[*way].full_at()))
            .unwrap_or_default();
        act(&mut set[way])
    }
}

/// Returns the network of one customer: an IPv4 address, or the /64 of an IPv6 address.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & NETWORK).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEN: RateLimit = RateLimit {
        requests: 10,
        window_ms: 60_000,
    };
    const NOW: Monotonic = Monotonic(1_000_000_000);

    #[test]
    fn a_million_other_attempts_do_not_evict_an_exhausted_counter() {
        let throttle = Throttle::default();
        let bucket = throttle.bucket("guesser", TEN);
        let passed = (0..100)
            .filter(|_| throttle.take(&[bucket], NOW).is_ok())
            .count();
        assert_eq!(passed, 10);
        for n in 0..1_000_000 {
            let other = throttle.bucket(n, TEN);
            assert!(throttle.take(&[other], NOW).is_ok());
        }
        assert!(throttle.take(&[bucket], NOW).is_err());
    }

    #[test]
    fn a_rejected_attempt_is_charged_to_no_other_bucket() {
        let throttle = Throttle::default();
        let (full, other) = (throttle.bucket("full", TEN), throttle.bucket("other", TEN));
        for _ in 0..10 {
            assert!(throttle.take(&[full], NOW).is_ok());
        }
        for _ in 0..100 {
            assert!(throttle.take(&[other, full], NOW).is_err());
        }
        let left = (0..100)
            .filter(|_| throttle.take(&[other], NOW).is_ok())
            .count();
        assert_eq!(left, 10);
    }

    #[test]
    fn a_64_of_ipv6_is_one_network() {
        let of = |text: &str| network(text.parse().expect("an address"));
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }

    #[test]
    fn an_exhausted_bucket_is_recognized_without_a_charge() {
        let throttle = Throttle::default();
        let bucket = throttle.bucket("guesser", TEN);
        for _ in 0..10 {
            assert!(!throttle.is_exhausted(bucket, NOW));
            assert!(throttle.take(&[bucket], NOW).is_ok());
        }
        assert!(throttle.is_exhausted(bucket, NOW));
        let nine = RateLimit { requests: 9, ..TEN };
        for unused in [
            throttle.bucket("other", TEN),
            throttle.bucket("guesser", nine),
        ] {
            assert!(!throttle.is_exhausted(unused, NOW));
        }
        // One of ten calls a minute is available again after six seconds.
        assert!(throttle.is_exhausted(bucket, NOW.plus(5_999)));
        assert!(!throttle.is_exhausted(bucket, NOW.plus(6_000)));
    }
}
