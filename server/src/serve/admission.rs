//! Which connections are let in.

use super::Limits;
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The bits of an IPv6 address that name a network: the others are one customer's to choose.
const NETWORK: u128 = !(u64::MAX as u128);

/// Counts the open connections.
#[derive(Default)]
pub struct Admission(Mutex<Open>);

#[derive(Default)]
struct Open {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// Why a connection is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Its address has as many as one address may have.
    Address,
    /// There are as many as there may be.
    Full,
}

impl Refusal {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Address, Self::Full];

    /// The label in the metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Full => "full",
        }
    }
}

/// A connection that was let in; it is counted until this is dropped.
pub struct Ticket {
    admission: Arc<Admission>,
    address: IpAddr,
    /// Whether the connection is one of [`Limits::reserved`].
    pub reserved: bool,
}

impl Admission {
    /// Lets a connection in; `through_proxy` where many clients share its address.
    pub fn enter(
        self: &Arc<Self>,
        peer: IpAddr,
        through_proxy: bool,
        limits: &Limits,
    ) -> Result<Ticket, Refusal> {
        let address = network(peer);
        let for_all = limits.connections.saturating_sub(limits.reserved);
        let share = if through_proxy {
            for_all.max(limits.per_address)
        } else {
            limits.per_address
        };
        let mut open = self.lock();
        if open.by_address.get(&address).is_some_and(|n| *n >= share) {
            return Err(Refusal::Address);
        }
        if open.all >= limits.connections {
            return Err(Refusal::Full);
        }
        let reserved = open.all >= for_all;
        open.all += 1;
        *open.by_address.entry(address).or_default() += 1;
        Ok(Ticket {
            admission: Arc::clone(self),
            address,
            reserved,
        })
    }

    /// How many connections are open.
    pub fn count(&self) -> usize {
        self.lock().all
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut open = self.admission.lock();
        open.all -= 1;
        if let Some(count) = open.by_address.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.by_address.remove(&self.address);
            }
        }
    }
}

/// One IPv4 address, or one /64 of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & NETWORK).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEW: fn() -> Limits = || Limits {
        connections: 10,
        reserved: 2,
        per_address: 4,
        ..Limits::default()
    };

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn one_address_has_a_share_and_takes_no_more() {
        let admission = Arc::new(Admission::default());
        let limits = FEW();
        let enter = |text: &str| admission.enter(address(text), false, &limits);
        let mut open: Vec<_> = (0..4).map(|_| enter("192.0.2.1").expect("room")).collect();
        assert_eq!(enter("192.0.2.1").err(), Some(Refusal::Address));
        assert_eq!(enter("::ffff:192.0.2.1").err(), Some(Refusal::Address));
        open.push(enter("192.0.2.2").expect("room for another"));
        // A whole /64 is one customer.
        for last in ["1", "2", "3"] {
            let same = enter(&format!("2001:db8:1:2::{last}"));
            open.push(same.unwrap_or_else(|_| panic!("no room for {last}")));
        }
        open.push(enter("2001:db8:1:2:ffff::9").expect("the fourth of its network"));
        assert_eq!(enter("2001:db8:1:2::5").err(), Some(Refusal::Address));
        assert_eq!(admission.count(), 9);
        open.clear();
        assert_eq!(admission.count(), 0);
        assert!(admission.lock().by_address.is_empty());
    }

    #[test]
    fn the_last_connections_are_reserved() {
        let admission = Arc::new(Admission::default());
        let limits = FEW();
        let enter = |n: usize| admission.enter(address(&format!("192.0.2.{n}")), false, &limits);
        let open: Vec<_> = (0..10).map(|n| enter(n).expect("room")).collect();
        let reserved: Vec<_> = open.iter().map(|ticket| ticket.reserved).collect();
        assert_eq!(
            reserved,
            [[false; 5], [false, false, false, true, true]].concat()
        );
        assert_eq!(enter(11).err(), Some(Refusal::Full));
    }

    #[test]
    fn proxies_may_have_all_that_are_not_reserved() {
        let admission = Arc::new(Admission::default());
        let limits = FEW();
        let enter = || admission.enter(address("127.0.0.1"), true, &limits);
        let open: Vec<_> = (0..8).map(|_| enter().expect("room")).collect();
        assert_eq!(enter().err(), Some(Refusal::Address));
        let other = admission.enter(address("192.0.2.1"), false, &limits);
        assert!(other.is_ok_and(|ticket| ticket.reserved));
        drop(open);
    }
}
