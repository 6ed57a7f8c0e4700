//! Suggestions that make a key safer.

use super::{KeySummary, condition::KeyCondition, scope::ScopeSet, state::State};
use crate::time::{DAY, Timestamp};
use serde::{Deserialize, Serialize};

/// A secret is old after this many days.
pub const OLD_SECRET_DAYS: i64 = 365;
/// A scope counts as unused after this many days of calls that did not require it.
pub const UNUSED_SCOPE_DAYS: i64 = 30;

/// The scopes that calls with a key required.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeUsage {
    /// The scopes that accepted calls required.
    pub used: ScopeSet,
    /// The start of the period; `None` if unknown.
    pub since: Option<Timestamp>,
}

impl ScopeUsage {
    /// Returns the scopes that no call required. Empty if no call required any scope.
    pub fn unused(&self, scopes: ScopeSet) -> ScopeSet {
        if self.used.is_empty() {
            return ScopeSet::default();
        }
        scopes.without(self.used)
    }
}

/// A suggestion for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suggestion {
    /// The secret was not confirmed as stored, and the key was never used.
    NotConfirmed,
    /// The key expires within 7 days.
    ExpiresSoon {
        /// The expiry.
        at: Timestamp,
    },
    /// No call was accepted for 90 days.
    Idle {
        /// The last accepted call.
        since: Timestamp,
    },
    /// The secret is older than a year.
    Old {
        /// The time of creation.
        since: Timestamp,
    },
    /// The key never expires.
    NeverExpires,
    /// The key has no IP rules.
    AnyAddress,
    /// No call in 30 days required these scopes.
    UnusedScopes {
        /// The unused scopes.
        scopes: ScopeSet,
    },
}

/// Returns the suggestions for an active key, most urgent first. A retiring key has none.
pub fn suggestions(key: &KeySummary, used: &ScopeUsage, now: Timestamp) -> Vec<Suggestion> {
    if key.state != State::Active || key.replaced_by.is_some() {
        return Vec::new();
    }
    let has = |condition: KeyCondition| condition.holds_for(key, now);
    let observed_long_enough = used
        .since
        .is_some_and(|since| now.since(since) >= UNUSED_SCOPE_DAYS * DAY);
    let unused = used.unused(key.scopes);
    [
        has(KeyCondition::NotConfirmed).then_some(Suggestion::NotConfirmed),
        key.expires_at
            .filter(|_| has(KeyCondition::ExpiresSoon))
            .map(|at| Suggestion::ExpiresSoon { at }),
        key.last_used
            .as_ref()
            .filter(|_| has(KeyCondition::Idle))
            .map(|used| Suggestion::Idle { since: used.at }),
        (now.since(key.created_at) > OLD_SECRET_DAYS * DAY).then_some(Suggestion::Old {
            since: key.created_at,
        }),
        key.expires_at.is_none().then_some(Suggestion::NeverExpires),
        key.ip_rules.is_empty().then_some(Suggestion::AnyAddress),
        (observed_long_enough && !unused.is_empty())
            .then_some(Suggestion::UnusedScopes { scopes: unused }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{Environment, example, ip_rule::IpRules, token::KeyId};

    const NOW: Timestamp = Timestamp(20_780 * DAY);

    /// Returns a key without suggestions.
    fn key_without_suggestions() -> KeySummary {
        KeySummary {
            scopes: "invoice:read invoice:create".parse().expect("known"),
            ..example::key(NOW)
        }
    }

    fn used(scopes: &str, days: i64) -> ScopeUsage {
        ScopeUsage {
            used: scopes.parse().expect("known"),
            since: Some(NOW.plus(-days * DAY)),
        }
    }

    #[test]
    fn a_key_that_follows_good_practice_has_no_suggestions() {
        let all = used("invoice:read invoice:create", 90);
        assert_eq!(suggestions(&key_without_suggestions(), &all, NOW), []);
    }

    #[test]
    fn each_weakness_is_one_suggestion() {
        let all = used("invoice:read invoice:create", 90);
        let one = |change: fn(&mut KeySummary)| {
            let mut key = key_without_suggestions();
            change(&mut key);
            suggestions(&key, &all, NOW)
        };
        assert_eq!(one(|key| key.expires_at = None), [Suggestion::NeverExpires]);
        assert_eq!(
            one(|key| key.ip_rules = IpRules::default()),
            [Suggestion::AnyAddress]
        );
        let soon = NOW.plus(7 * DAY);
        assert_eq!(
            one(|key| key.expires_at = Some(NOW.plus(7 * DAY))),
            [Suggestion::ExpiresSoon { at: soon }]
        );
        let (idle, old) = (NOW.plus(-90 * DAY), NOW.plus(-366 * DAY));
        assert_eq!(
            one(|key| key.last_used.as_mut().expect("used").at = NOW.plus(-90 * DAY)),
            [Suggestion::Idle { since: idle }]
        );
        assert_eq!(
            one(|key| key.created_at = NOW.plus(-366 * DAY)),
            [Suggestion::Old { since: old }]
        );
        assert_eq!(
            one(|key| (key.confirmed_at, key.last_used) = (None, None)),
            [Suggestion::NotConfirmed]
        );
    }

    #[test]
    fn scopes_are_unused_after_30_days_of_calls_that_require_others() {
        let create = ScopeSet::one("invoice:create").expect("known");
        assert_eq!(
            suggestions(&key_without_suggestions(), &used("invoice:read", 30), NOW),
            [Suggestion::UnusedScopes { scopes: create }]
        );
        assert_eq!(
            suggestions(&key_without_suggestions(), &used("invoice:read", 29), NOW),
            []
        );
        assert_eq!(
            suggestions(&key_without_suggestions(), &used("", 90), NOW),
            [],
            "no call required any scope"
        );
    }

    #[test]
    fn an_inactive_or_retiring_key_has_no_suggestions() {
        let none = ScopeUsage::default();
        let mut key = key_without_suggestions();
        key.expires_at = None;
        key.replaced_by = Some(KeyId::from_number(Environment::Live, 2));
        assert_eq!(suggestions(&key, &none, NOW), []);
        key.replaced_by = None;
        key.state = State::Inactive { at: NOW };
        assert_eq!(suggestions(&key, &none, NOW), []);
    }

    #[test]
    fn a_secret_is_old_after_more_than_365_days() {
        let all = used("invoice:read invoice:create", 90);
        let mut key = key_without_suggestions();
        key.created_at = NOW.plus(-365 * DAY);
        assert_eq!(suggestions(&key, &all, NOW), []);
        key.created_at = NOW.plus(-365 * DAY - 1);
        assert_eq!(suggestions(&key, &all, NOW).len(), 1);
    }

    #[test]
    fn scopes_are_unused_if_calls_required_others() {
        let scopes = "invoice:read invoice:create".parse().expect("known");
        let create = ScopeSet::one("invoice:create").expect("known");
        assert_eq!(used("invoice:read", 1).unused(scopes), create);
        assert_eq!(used("", 1).unused(scopes), ScopeSet::default());
    }
}
