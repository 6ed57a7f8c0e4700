//! What would make a key safer, said only where it applies.

use super::{
    KeySummary,
    scope::ScopeSet,
    state::{Badge, State},
};
use crate::time::{DAY, Timestamp};
use serde::{Deserialize, Serialize};

/// A secret is old after so many days.
pub const OLD_DAYS: i64 = 365;
/// A scope counts as unused after so many days of calls that never asked for it.
pub const WATCHED_DAYS: i64 = 30;

/// What the calls of a key have asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeUse {
    /// Every scope that a call asked for and got.
    pub asked: ScopeSet,
    /// Since when this is known.
    pub since: Option<Timestamp>,
}

impl ScopeUse {
    /// The scopes that no call ever asked for: nothing as long as no call has asked for any.
    pub fn never_asked(&self, scopes: ScopeSet) -> ScopeSet {
        if self.asked.is_empty() {
            return ScopeSet::default();
        }
        scopes.without(self.asked)
    }
}

/// Something that is worth a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suggestion {
    /// Nobody said that the secret is stored, and nobody used it.
    NotConfirmed,
    /// It ends within 7 days.
    ExpiresSoon {
        /// When.
        at: Timestamp,
    },
    /// No call has been accepted for 90 days.
    Idle {
        /// The last one.
        since: Timestamp,
    },
    /// The secret is older than a year.
    Old {
        /// Since when it exists.
        since: Timestamp,
    },
    /// It never ends.
    NeverExpires,
    /// It may be used from any address.
    AnyAddress,
    /// Calls of 30 days never asked for these.
    UnusedScopes {
        /// Which.
        scopes: ScopeSet,
    },
}

/// What there is to say of a key that works, the most pressing first; nothing of one that is being retired.
pub fn suggestions(key: &KeySummary, used: &ScopeUse, now: Timestamp) -> Vec<Suggestion> {
    if key.state != State::Active || key.replaced_by.is_some() {
        return Vec::new();
    }
    let badges = key.badges(now);
    let has = |badge| badges.contains(&badge);
    let watched = used
        .since
        .is_some_and(|since| now.since(since) >= WATCHED_DAYS * DAY);
    let unused = used.never_asked(key.scopes);
    [
        has(Badge::SecretNotConfirmed).then_some(Suggestion::NotConfirmed),
        key.expires_at
            .filter(|_| has(Badge::ExpiresSoon))
            .map(|at| Suggestion::ExpiresSoon { at }),
        key.last_used
            .as_ref()
            .filter(|_| has(Badge::Idle))
            .map(|used| Suggestion::Idle { since: used.at }),
        (now.since(key.created_at) > OLD_DAYS * DAY).then_some(Suggestion::Old {
            since: key.created_at,
        }),
        key.expires_at.is_none().then_some(Suggestion::NeverExpires),
        key.ip_rules.is_empty().then_some(Suggestion::AnyAddress),
        (watched && !unused.is_empty()).then_some(Suggestion::UnusedScopes { scopes: unused }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{Environment, LastUsed, ip_rule::IpRules, name::KeyName, token::KeyId};

    const NOW: Timestamp = Timestamp(20_780 * DAY);

    /// A key about which there is nothing to say.
    fn model() -> KeySummary {
        KeySummary {
            id: KeyId::from_number(Environment::Live, 1),
            name: KeyName::parse("Checkout").expect("valid"),
            description: String::new(),
            environment: Environment::Live,
            scopes: "invoice:read invoice:create".parse().expect("known"),
            ip_rules: IpRules::parse("10.0.0.0/8").expect("valid"),
            rate_limit: None,
            state: State::Active,
            created_at: NOW.plus(-100 * DAY),
            created_by: None,
            created_by_email: None,
            expires_at: Some(NOW.plus(60 * DAY)),
            deprecated_at: None,
            retires_at: None,
            replaced_by: None,
            replaces: None,
            confirmed_at: Some(NOW.plus(-100 * DAY)),
            last_used: Some(LastUsed {
                at: NOW.plus(-1),
                address: "10.0.0.1".into(),
                user_agent: String::new(),
                route: String::new(),
            }),
        }
    }

    fn used(scopes: &str, days: i64) -> ScopeUse {
        ScopeUse {
            asked: scopes.parse().expect("known"),
            since: Some(NOW.plus(-days * DAY)),
        }
    }

    #[test]
    fn a_key_that_is_well_kept_hears_nothing() {
        let all = used("invoice:read invoice:create", 90);
        assert_eq!(suggestions(&model(), &all, NOW), []);
    }

    #[test]
    fn each_weakness_is_named_alone() {
        let all = used("invoice:read invoice:create", 90);
        let one = |change: fn(&mut KeySummary)| {
            let mut key = model();
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
    fn scopes_are_unused_after_30_days_of_calls_that_ask_for_others() {
        let create = ScopeSet::one("invoice:create").expect("known");
        assert_eq!(
            suggestions(&model(), &used("invoice:read", 30), NOW),
            [Suggestion::UnusedScopes { scopes: create }]
        );
        assert_eq!(suggestions(&model(), &used("invoice:read", 29), NOW), []);
        assert_eq!(
            suggestions(&model(), &used("", 90), NOW),
            [],
            "nobody has asked for any scope"
        );
    }

    #[test]
    fn a_key_that_has_ended_or_is_being_retired_hears_nothing() {
        let none = ScopeUse::default();
        let mut key = model();
        key.expires_at = None;
        key.replaced_by = Some(KeyId::from_number(Environment::Live, 2));
        assert_eq!(suggestions(&key, &none, NOW), []);
        key.replaced_by = None;
        key.state = State::Inactive { at: NOW };
        assert_eq!(suggestions(&key, &none, NOW), []);
    }
}
