//! Admission of new connections.

use super::limits::ConnectionLimits;
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The mask of a /64 network: one customer of a provider usually has all addresses of one.
const NETWORK_MASK: u128 = !(u64::MAX as u128);

/// Counts the open connections, in total and by address, and admits new ones within [`ConnectionLimits`].
#[derive(Default)]
pub struct ConnectionLimiter(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    total: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// Why a connection is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalReason {
    /// The address has reached its limit.
    Address,
    /// The total limit is reached.
    Full,
}

impl RefusalReason {
    /// Every reason, in the order of the variants.
    pub const ALL: [Self; 2] = [Self::Address, Self::Full];

    /// The label in the metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Full => "full",
        }
    }
}

/// Permission for one connection, which is counted until this is dropped.
pub struct ConnectionPermit {
    limiter: Arc<ConnectionLimiter>,
    address: IpAddr,
    /// Whether the connection is one of [`ConnectionLimits::reserved`].
    pub reserved: bool,
}

impl ConnectionLimiter {
    /// Admits a connection. `shared_address` says that many clients share the peer's address, as behind a proxy.
    ///
    /// # Errors
    /// If a limit is reached.
    pub fn admit(
        self: &Arc<Self>,
        peer: IpAddr,
        shared_address: bool,
        limits: &ConnectionLimits,
    ) -> Result<ConnectionPermit, RefusalReason> {
        let address = network(peer);
        let unreserved = limits.connections.saturating_sub(limits.reserved);
        let max_per_address = if shared_address {
            unreserved.max(limits.per_address)
        } else {
            limits.per_address
        };
        let mut counts = self.lock();
        if counts
            .by_address
            .get(&address)
            .is_some_and(|n| *n >= max_per_address)
        {
            return Err(RefusalReason::Address);
        }
        if counts.total >= limits.connections {
            return Err(RefusalReason::Full);
        }
        let reserved = counts.total >= unreserved;
        counts.total += 1;
        *counts.by_address.entry(address).or_default() += 1;
        Ok(ConnectionPermit {
            limiter: Arc::clone(self),
            address,
            reserved,
        })
    }

    /// Returns the number of open connections.
    pub fn count(&self) -> usize {
        self.lock().total
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let mut counts = self.limiter.lock();
        counts.total -= 1;
        if let Some(count) = counts.by_address.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.by_address.remove(&self.address);
            }
        }
    }
}

/// Returns the address of IPv4, or the /64 network of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & NETWORK_MASK).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: fn() -> ConnectionLimits = || ConnectionLimits {
        connections: 10,
        reserved: 2,
        per_address: 4,
        ..ConnectionLimits::default()
    };

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn one_address_has_a_limit_of_its_own() {
        let limiter = Arc::new(ConnectionLimiter::default());
        let limits = LIMITS();
        let admit = |text: &str| limiter.admit(address(text), false, &limits);
        let mut open: Vec<_> = (0..4).map(|_| admit("192.0.2.1").expect("room")).collect();
        assert_eq!(admit("192.0.2.1").err(), Some(RefusalReason::Address));
        assert_eq!(
            admit("::ffff:192.0.2.1").err(),
            Some(RefusalReason::Address)
        );
        open.push(admit("192.0.2.2").expect("room for another"));
        // The addresses of one /64 network count together.
        for last in ["1", "2", "3"] {
            let same = admit(&format!("2001:db8:1:2::{last}"));
            open.push(same.unwrap_or_else(|_| panic!("no room for {last}")));
        }
        open.push(admit("2001:db8:1:2:ffff::9").expect("the fourth of its network"));
        assert_eq!(admit("2001:db8:1:2::5").err(), Some(RefusalReason::Address));
        assert_eq!(limiter.count(), 9);
        open.clear();
        assert_eq!(limiter.count(), 0);
        assert!(limiter.lock().by_address.is_empty());
    }

    #[test]
    fn the_last_connections_are_reserved() {
        let limiter = Arc::new(ConnectionLimiter::default());
        let limits = LIMITS();
        let admit = |n: usize| limiter.admit(address(&format!("192.0.2.{n}")), false, &limits);
        let open: Vec<_> = (0..10).map(|n| admit(n).expect("room")).collect();
        let reserved: Vec<_> = open.iter().map(|permit| permit.reserved).collect();
        assert_eq!(
            reserved,
            [[false; 5], [false, false, false, true, true]].concat()
        );
        assert_eq!(admit(11).err(), Some(RefusalReason::Full));
    }

    #[test]
    fn proxies_may_use_all_connections_that_are_not_reserved() {
        let limiter = Arc::new(ConnectionLimiter::default());
        let limits = LIMITS();
        let admit = || limiter.admit(address("127.0.0.1"), true, &limits);
        let open: Vec<_> = (0..8).map(|_| admit().expect("room")).collect();
        assert_eq!(admit().err(), Some(RefusalReason::Address));
        let other = limiter.admit(address("192.0.2.1"), false, &limits);
        assert!(other.is_ok_and(|permit| permit.reserved));
        drop(open);
    }
}
