//! The networks and clients that a key is usually used from, and when it was last used.

use crate::time::{DAY, Timestamp};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A key is dormant after 30 days without use.
pub const DORMANT_AFTER: i64 = 30 * DAY;
/// The period after a key's first call in which no network or client counts as new.
pub const LEARNING_PERIOD: i64 = DAY;
/// Maximum networks, and maximum clients, remembered per key. With more, none counts as new.
pub const MAX_KNOWN_VALUES: usize = 20;

/// The mask of the first 24 bits of an IPv4 address.
const NETWORK_V4: u32 = !0xff;
/// The mask of the first 48 bits of an IPv6 address.
const NETWORK_V6: u128 = !(u128::MAX >> 48);

/// A kind of value that is remembered about the use of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Habit {
    /// That the key was used; the value is empty.
    Used,
    /// The [`network`] of the client's address.
    Network,
    /// The [`client_name`] of the `User-Agent`.
    Client,
}

impl Habit {
    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Network => "network",
            Self::Client => "client",
        }
    }
}

/// A remembered network or client of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct KnownValue {
    pub value: String,
    pub first_at: Timestamp,
    /// Rounded down to the day.
    pub last_at: Timestamp,
}

/// Whether a value is stored: it is already known, or fewer than [`MAX_KNOWN_VALUES`] are.
pub fn has_room(known: &[KnownValue], value: &str) -> bool {
    known.len() < MAX_KNOWN_VALUES || known.iter().any(|one| one.value == value)
}

/// Whether a value is new: not among the known values, after [`LEARNING_PERIOD`], and while fewer than
/// [`MAX_KNOWN_VALUES`] are known.
pub fn is_new(known: &[KnownValue], value: &str, at: Timestamp) -> bool {
    let learned = known
        .iter()
        .map(|one| one.first_at)
        .min()
        .is_some_and(|first| at.since(first) >= LEARNING_PERIOD);
    learned && known.len() < MAX_KNOWN_VALUES && known.iter().all(|one| one.value != value)
}

/// Whether a key was dormant before a call at `at`. `last`, its last use, is rounded down to the day.
pub const fn was_dormant(last: Timestamp, at: Timestamp) -> bool {
    at.since(last) >= DORMANT_AFTER + DAY
}

/// Returns the network of an address: a /24 for IPv4, a /48 for IPv6.
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => format!("{}/24", Ipv4Addr::from_bits(v4.to_bits() & NETWORK_V4)),
        IpAddr::V6(v6) => format!("{}/48", Ipv6Addr::from_bits(v6.to_bits() & NETWORK_V6)),
    }
}

/// Returns the client's name without its version: `till` of `till/2.1 (linux)`.
pub fn client_name(user_agent: &str) -> &str {
    user_agent
        .split(['/', ' ', '(', ';'])
        .next()
        .unwrap_or_default()
}
