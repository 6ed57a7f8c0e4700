//! A key for the tests of this crate.

use super::{
    Environment, KeySummary, LastUsed, ip_rule::IpRules, name::KeyName, scope::ScopeSet,
    state::State, token::KeyId,
};
use crate::time::{DAY, Timestamp};

/// Returns an active key that is 100 days old, was used 1 ms ago and expires in 60 days.
pub fn key(now: Timestamp) -> KeySummary {
    let created_at = now.plus(-100 * DAY);
    KeySummary {
        id: KeyId::from_number(Environment::Live, 1),
        name: KeyName::parse("Checkout").expect("valid"),
        description: String::new(),
        environment: Environment::Live,
        scopes: ScopeSet::one("invoice:read").expect("known"),
        ip_rules: IpRules::parse("10.0.0.0/8").expect("valid"),
        rate_limit: None,
        state: State::Active,
        created_at,
        created_by: None,
        created_by_email: None,
        expires_at: Some(now.plus(60 * DAY)),
        deprecated_at: None,
        retires_at: None,
        replaced_by: None,
        replaces: None,
        confirmed_at: Some(created_at),
        last_used: Some(LastUsed {
            at: now.plus(-1),
            address: "10.0.0.1".into(),
            user_agent: String::new(),
            route: String::new(),
        }),
    }
}
