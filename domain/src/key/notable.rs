//! What deserves a look about a key.

use super::{
    KeySummary,
    filter::{KeyCursor, Order, Place, Sort},
    state::State,
};
use crate::time::{DAY, Timestamp};

/// Milliseconds before its end in which a key ends soon.
const SOON: i64 = 7 * DAY;
/// Milliseconds without an accepted call after which a key is idle.
const IDLE: i64 = 90 * DAY;

/// What deserves a look about a key that is neither over nor revoked: its badges, and what good practice would change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notable {
    /// Its old secret ends on a date.
    Retiring,
    /// It ends within 7 days.
    ExpiresSoon,
    /// No call has been accepted yet.
    NeverUsed,
    /// No call has been accepted for 90 days.
    Idle,
    /// Nobody said that the secret is stored.
    NotConfirmed,
    /// It has no end.
    NeverExpires,
    /// It may be used from anywhere.
    AnyAddress,
    /// Its secret is older than 365 days.
    Old,
}

impl Notable {
    /// All of them, with the value in links and the words on the page.
    pub const ALL: [(Self, &'static str, &'static str); 8] = [
        (Self::Retiring, "retiring", "Retiring"),
        (Self::ExpiresSoon, "expires-soon", "Expires soon"),
        (Self::NeverUsed, "never-used", "Never used"),
        (Self::Idle, "idle", "Idle"),
        (Self::NotConfirmed, "not-confirmed", "Secret not confirmed"),
        (Self::NeverExpires, "never-expires", "Never expires"),
        (Self::AnyAddress, "any-address", "No IP rule"),
        (Self::Old, "old", "Secret over a year old"),
    ];

    /// The value in links.
    pub fn as_str(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|row| row.0 == self)
            .map_or("", |row| row.1)
    }

    /// Reads [`Notable::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|row| row.1 == text).map(|row| row.0)
    }

    /// Times that no key goes beyond of which it is true at `now`: a list sorted by one of them need not be read to its
    /// end.
    pub const fn bounds(self, now: Timestamp) -> Bounds {
        let any = Bounds::ANY;
        match self {
            Self::ExpiresSoon => Bounds {
                ends: now.plus(SOON),
                ..any
            },
            Self::NeverUsed | Self::NotConfirmed => Bounds {
                used: Timestamp(0),
                ..any
            },
            Self::Idle => Bounds {
                used: now.plus(-IDLE),
                ..any
            },
            Self::Retiring | Self::NeverExpires | Self::AnyAddress | Self::Old => any,
        }
    }

    /// The order in which those that it is true of stand together, and the place behind which the first of them is, at
    /// `now`.
    pub fn together(self, now: Timestamp) -> (Order, Option<KeyCursor>) {
        let (by, behind) = match self {
            Self::ExpiresSoon => (Sort::Expires, Some(now)),
            Self::NeverUsed | Self::NotConfirmed => (Sort::Used, None),
            Self::Idle => (Sort::Used, Some(Timestamp(1))),
            Self::Retiring | Self::NeverExpires | Self::AnyAddress | Self::Old => {
                return (Order::default(), None);
            }
        };
        let cursor = behind.map(|at| KeyCursor {
            place: Place::Number(at.0),
            id: String::new(),
            back: false,
        });
        (Order { by, down: false }, cursor)
    }

    /// Whether it is true of a key at `now`. The list's SQL says the same.
    pub fn is_true_of(self, key: &KeySummary, now: Timestamp) -> bool {
        if !matches!(key.state, State::Active | State::Inactive { .. }) {
            return false;
        }
        let used = key.last_used.as_ref().map(|used| used.at);
        match self {
            Self::Retiring => key.retires_at.is_some(),
            Self::ExpiresSoon => key
                .expires_at
                .is_some_and(|end| end > now && end.since(now) <= SOON),
            Self::NeverUsed => used.is_none(),
            Self::Idle => used.is_some_and(|at| now.since(at) >= IDLE),
            Self::NotConfirmed => key.confirmed_at.is_none() && used.is_none(),
            Self::NeverExpires => key.expires_at.is_none(),
            Self::AnyAddress => key.ip_rules.is_empty(),
            Self::Old => now.since(key.created_at) >= 365 * DAY,
        }
    }
}

/// The latest that keys of a list may have been used, and may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The last accepted call; 0 where there was none.
    pub used: Timestamp,
    /// The end.
    pub ends: Timestamp,
}

impl Bounds {
    const ANY: Self = Self {
        used: Timestamp(i64::MAX),
        ends: Timestamp(i64::MAX),
    };
}

impl Default for Bounds {
    fn default() -> Self {
        Self::ANY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back() {
        for (notable, value, _) in Notable::ALL {
            assert_eq!(Notable::parse(value), Some(notable));
            assert_eq!(notable.as_str(), value);
        }
        assert_eq!(Notable::parse("Idle"), None);
    }
}
