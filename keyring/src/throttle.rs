//! How often somebody may try what ought to succeed at once: failed attempts, in a table that never grows.

mod secrets;
mod sign_in;

pub(crate) use secrets::WrongSecrets;
pub(crate) use sign_in::SignIns;

use crate::{clock::Monotonic, limiter::Gcra};
use domain::key::rate_limit::RateLimit;
use std::{
    hash::{BuildHasher, Hash, RandomState},
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
};

/// Sets of a table: with [`WAYS`], 65,536 counts in 2.1 MB.
const SETS: u64 = 8_192;
/// Counts of a set.
const WAYS: usize = 8;
/// The bits of an IPv6 address that name a network; the rest one customer chooses as they like.
const NETWORK: u128 = !(u64::MAX as u128);

/// Failed attempts by whatever they have in common. Where a set is full, the count is forgotten that would be empty the
/// soonest: whoever comes from a million addresses washes out their like, and not the count that they have used up.
struct Throttle {
    sets: Box<[Mutex<[Count; WAYS]>]>,
    /// Keyed, so that nobody can choose attempts that share a count.
    hasher: RandomState,
}

#[derive(Default)]
struct Count {
    hash: u64,
    used: Gcra,
    /// The limit that `used` belongs to; none of a count that was never taken from.
    limit: Option<RateLimit>,
}

impl Count {
    /// When it would be empty, in milliseconds of the monotonic clock.
    fn empty_at(&self) -> i64 {
        self.limit.map_or(0, |limit| self.used.empty_at(limit))
    }
}

/// One of the counts that an attempt is taken from.
#[derive(Clone, Copy)]
struct Place {
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
    fn place(&self, what: impl Hash, limit: RateLimit) -> Place {
        Place {
            hash: self.hasher.hash_one(what),
            limit,
        }
    }

    /// Takes an attempt from each place, or from none and says for how many milliseconds there is none.
    fn take(&self, places: &[Place], now: Monotonic) -> Result<(), i64> {
        for (n, place) in places.iter().enumerate() {
            let taken = self.count(*place, |count| {
                if count.hash != place.hash || count.limit != Some(place.limit) {
                    *count = Count {
                        hash: place.hash,
                        used: Gcra::default(),
                        limit: Some(place.limit),
                    };
                }
                count.used.take(place.limit, now)
            });
            if let Err(wait) = taken {
                self.give_back(&places[..n]);
                return Err(wait);
            }
        }
        Ok(())
    }

    /// Gives back what [`Throttle::take`] took.
    fn give_back(&self, places: &[Place]) {
        for place in places {
            self.count(*place, |count| {
                if count.hash == place.hash {
                    count.used.give_back(place.limit);
                }
            });
        }
    }

    /// The place's count, or the one that would have to make room for it.
    fn count<T>(&self, place: Place, act: impl FnOnce(&mut Count) -> T) -> T {
        let set = usize::try_from(place.hash % SETS).unwrap_or_default();
        let mut set = self.sets[set]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let way = set
            .iter()
            .position(|count| count.hash == place.hash)
            .or_else(|| (0..WAYS).min_by_key(|way| set[*way].empty_at()))
            .unwrap_or_default();
        act(&mut set[way])
    }
}

/// Whom an address belongs to: one IPv4 address, or one /64 of IPv6.
fn network(address: IpAddr) -> IpAddr {
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
    fn a_million_others_do_not_wash_out_a_count_that_is_used_up() {
        let throttle = Throttle::default();
        let place = throttle.place("guesser", TEN);
        let passed = (0..100)
            .filter(|_| throttle.take(&[place], NOW).is_ok())
            .count();
        assert_eq!(passed, 10);
        for n in 0..1_000_000 {
            let other = throttle.place(n, TEN);
            assert!(throttle.take(&[other], NOW).is_ok());
        }
        assert!(throttle.take(&[place], NOW).is_err());
    }

    #[test]
    fn what_is_refused_costs_no_other_count_anything() {
        let throttle = Throttle::default();
        let (full, other) = (throttle.place("full", TEN), throttle.place("other", TEN));
        while throttle.take(&[full], NOW).is_ok() {}
        for _ in 0..100 {
            assert!(throttle.take(&[other, full], NOW).is_err());
        }
        let left = (0..100)
            .filter(|_| throttle.take(&[other], NOW).is_ok())
            .count();
        assert_eq!(left, 10);
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let of = |text: &str| network(text.parse().expect("an address"));
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
