//! What is familiar about a key: the networks and clients that it is used from, and how often.

use crate::time::{DAY, Timestamp};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A key that nobody used for 30 days is dormant.
pub const DORMANT: i64 = 30 * DAY;
/// For a day from a key's first call nothing is new about it: one learns what is usual.
pub const LEARNING: i64 = DAY;
/// Whoever calls from so many networks has no usual one; so with clients.
pub const MOST_SIGHTINGS: usize = 20;

/// The bits of an IPv4 address that name a network: 24 of 32.
const NETWORK_V4: u32 = !0xff;
/// The bits of an IPv6 address that name a network: 48 of 128.
const NETWORK_V6: u128 = !(u128::MAX >> 48);

/// What is remembered of a key's use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Habit {
    /// That it was used; its only value is no text.
    Used,
    /// From which [`network`].
    Network,
    /// By which [`product`].
    Client,
}

impl Habit {
    /// The word that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Network => "network",
            Self::Client => "client",
        }
    }
}

/// A network or a client that a key was used from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Which.
    pub value: String,
    /// When it was noted first.
    pub first_at: Timestamp,
    /// When it was noted last, to the day.
    pub last_at: Timestamp,
}

/// Whether one more value is to be remembered: of whoever has no usual one, none is.
pub fn has_room(known: &[Sighting], value: &str) -> bool {
    known.len() < MOST_SIGHTINGS || known.iter().any(|seen| seen.value == value)
}

/// Whether a value is new: not among those that are known, once there has been time to learn them, and while there are
/// few.
pub fn is_new(known: &[Sighting], value: &str, at: Timestamp) -> bool {
    let learned = known
        .iter()
        .map(|seen| seen.first_at)
        .min()
        .is_some_and(|first| at.since(first) >= LEARNING);
    learned && known.len() < MOST_SIGHTINGS && known.iter().all(|seen| seen.value != value)
}

/// Whether a call at `at` wakes a key that was used last at `last`, which is known to the day.
pub const fn woke(last: Timestamp, at: Timestamp) -> bool {
    at.since(last) >= DORMANT + DAY
}

/// The network of an address: a /24 of IPv4, a /48 of IPv6.
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => format!("{}/24", Ipv4Addr::from_bits(v4.to_bits() & NETWORK_V4)),
        IpAddr::V6(v6) => format!("{}/48", Ipv6Addr::from_bits(v6.to_bits() & NETWORK_V6)),
    }
}

/// The name of a client without its version: `till` of `till/2.1 (linux)`.
pub fn product(user_agent: &str) -> &str {
    user_agent
        .split(['/', ' ', '(', ';'])
        .next()
        .unwrap_or_default()
}
