//! Conditions of a key that the list can be filtered by.

use super::{
    KeySummary,
    choice_table::{self, ChoiceRow},
    state::State,
};
use crate::time::{DAY, Timestamp};

/// A key expires soon in the last 7 days before its expiry.
const EXPIRES_SOON: i64 = 7 * DAY;
/// A used key is idle after 90 days without an accepted call.
const IDLE: i64 = 90 * DAY;

/// A condition of an active or inactive key: one of its badges, or a deviation from good practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyCondition {
    /// Its secret was regenerated and stops working soon.
    Retiring,
    /// It expires within 7 days.
    ExpiresSoon,
    /// No call was ever accepted.
    NeverUsed,
    /// No call was accepted for 90 days.
    Idle,
    /// The secret was not confirmed as stored, and the key was never used.
    NotConfirmed,
    /// It has no expiry.
    NeverExpires,
    /// It has no IP rules.
    AnyAddress,
    /// It was created at least 365 days ago.
    Old,
}

impl KeyCondition {
    /// All conditions, as (condition, value in links, label).
    pub const ALL: [ChoiceRow<Self>; 8] = [
        (Self::Retiring, "retiring", "Retiring"),
        (Self::ExpiresSoon, "expires-soon", "Expires soon"),
        (Self::NeverUsed, "never-used", "Never used"),
        (Self::Idle, "idle", "Unused for 90 days"),
        (Self::NotConfirmed, "not-confirmed", "Secret not saved"),
        (Self::NeverExpires, "never-expires", "Never expires"),
        (Self::AnyAddress, "any-address", "No IP allowlist"),
        (Self::Old, "old", "Secret over a year old"),
    ];

    /// The conditions that are badges beside the status, in this order.
    pub const BADGES: [Self; 5] = [
        Self::Retiring,
        Self::ExpiresSoon,
        Self::NotConfirmed,
        Self::NeverUsed,
        Self::Idle,
    ];

    /// The value in links.
    pub fn as_str(self) -> &'static str {
        choice_table::link_text(&Self::ALL, self)
    }

    /// The label.
    pub fn label(self) -> &'static str {
        choice_table::label(&Self::ALL, self)
    }

    /// Parses the output of [`KeyCondition::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        choice_table::parse(&Self::ALL, text)
    }

    /// Returns upper bounds on the times of keys in this condition at `now`, so that a query of a sorted list can stop early.
    pub const fn bounds(self, now: Timestamp) -> TimeBounds {
        let any = TimeBounds::ANY;
        match self {
            Self::ExpiresSoon => TimeBounds {
                expires: now.plus(EXPIRES_SOON),
                ..any
            },
            Self::NeverUsed | Self::NotConfirmed => TimeBounds {
                used: Timestamp(0),
                ..any
            },
            Self::Idle => TimeBounds {
                used: now.plus(-IDLE),
                ..any
            },
            Self::Retiring | Self::NeverExpires | Self::AnyAddress | Self::Old => any,
        }
    }

    /// Whether a key is in this condition at `now`. The SQL of the key list implements the same rules.
    pub fn holds_for(self, key: &KeySummary, now: Timestamp) -> bool {
        if !matches!(key.state, State::Active | State::Inactive { .. }) {
            return false;
        }
        let used = key.last_used.as_ref().map(|used| used.at);
        match self {
            Self::Retiring => key.retires_at.is_some(),
            Self::ExpiresSoon => key
                .expires_at
                .is_some_and(|end| end > now && end.since(now) <= EXPIRES_SOON),
            Self::NeverUsed => used.is_none(),
            Self::Idle => used.is_some_and(|at| now.since(at) >= IDLE),
            Self::NotConfirmed => key.confirmed_at.is_none() && used.is_none(),
            Self::NeverExpires => key.expires_at.is_none(),
            Self::AnyAddress => key.ip_rules.is_empty(),
            Self::Old => now.since(key.created_at) >= 365 * DAY,
        }
    }
}

/// Upper bounds on two times of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeBounds {
    /// The last accepted call; 0 for keys that were never used.
    pub used: Timestamp,
    /// The expiry.
    pub expires: Timestamp,
}

impl TimeBounds {
    const ANY: Self = Self {
        used: Timestamp(i64::MAX),
        expires: Timestamp(i64::MAX),
    };
}

impl Default for TimeBounds {
    fn default() -> Self {
        Self::ANY
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{LastUsed, example, ip_rule::IpRules};

    const NOW: Timestamp = Timestamp(20_780 * DAY);

    /// Returns a key in none of the conditions.
    fn key() -> KeySummary {
        KeySummary {
            confirmed_at: Some(NOW),
            last_used: Some(used(NOW)),
            ..example::key(NOW)
        }
    }

    fn used(at: Timestamp) -> LastUsed {
        LastUsed {
            at,
            address: String::new(),
            user_agent: String::new(),
            route: String::new(),
        }
    }

    fn conditions(change: impl Fn(&mut KeySummary)) -> Vec<KeyCondition> {
        let mut key = key();
        change(&mut key);
        KeyCondition::ALL
            .into_iter()
            .map(|row| row.0)
            .filter(|condition| condition.holds_for(&key, NOW))
            .collect()
    }

    #[test]
    fn link_values_are_parsed_back() {
        for (condition, value, _) in KeyCondition::ALL {
            assert_eq!(KeyCondition::parse(value), Some(condition));
            assert_eq!(condition.as_str(), value);
        }
        assert_eq!(KeyCondition::parse("Idle"), None);
    }

    #[test]
    fn a_condition_holds_from_its_exact_instant() {
        use KeyCondition::{
            AnyAddress, ExpiresSoon, Idle, NeverExpires, NeverUsed, NotConfirmed, Old, Retiring,
        };
        assert_eq!(conditions(|_| ()), []);
        assert_eq!(conditions(|key| key.retires_at = Some(NOW)), [Retiring]);
        let expiring = |ms| conditions(|key| key.expires_at = Some(NOW.plus(ms)));
        assert_eq!(expiring(7 * DAY + 1), []);
        assert_eq!(expiring(7 * DAY), [ExpiresSoon]);
        assert_eq!(expiring(1), [ExpiresSoon]);
        assert_eq!(expiring(0), []);
        assert_eq!(conditions(|key| key.last_used = None), [NeverUsed]);
        let idle = |ms: i64| conditions(|key| key.last_used = Some(used(NOW.plus(-ms))));
        assert_eq!(idle(90 * DAY - 1), []);
        assert_eq!(idle(90 * DAY), [Idle]);
        assert_eq!(conditions(|key| key.confirmed_at = None), []);
        let new = conditions(|key| (key.confirmed_at, key.last_used) = (None, None));
        assert_eq!(new, [NeverUsed, NotConfirmed]);
        assert_eq!(conditions(|key| key.expires_at = None), [NeverExpires]);
        assert_eq!(
            conditions(|key| key.ip_rules = IpRules::default()),
            [AnyAddress]
        );
        let created = |ms: i64| conditions(|key| key.created_at = NOW.plus(-ms));
        assert_eq!(created(365 * DAY - 1), []);
        assert_eq!(created(365 * DAY), [Old]);
        let all = |state: State| {
            conditions(|key| {
                (key.state, key.expires_at) = (state.clone(), None);
            })
        };
        assert_eq!(all(State::Inactive { at: NOW }), [NeverExpires]);
        assert_eq!(all(State::Expired { at: NOW }), []);
    }

    #[test]
    fn the_times_of_keys_in_a_condition_are_bounded() {
        let far = Timestamp(i64::MAX);
        for (condition, used, expires) in [
            (KeyCondition::Retiring, far, far),
            (KeyCondition::ExpiresSoon, far, NOW.plus(7 * DAY)),
            (KeyCondition::NeverUsed, Timestamp(0), far),
            (KeyCondition::Idle, NOW.plus(-90 * DAY), far),
            (KeyCondition::NotConfirmed, Timestamp(0), far),
            (KeyCondition::NeverExpires, far, far),
            (KeyCondition::AnyAddress, far, far),
            (KeyCondition::Old, far, far),
        ] {
            assert_eq!(condition.bounds(NOW), TimeBounds { used, expires });
        }
        assert_eq!(
            TimeBounds::default(),
            TimeBounds {
                used: far,
                expires: far
            }
        );
    }
}
