//! API keys: the validated draft of a new key, the summary of an existing one, and the types of their fields.

pub mod change;
mod choice_table;
pub mod condition;
#[cfg(test)]
mod example;
pub mod expiry;
pub mod filter;
pub mod ip_rule;
pub mod issued;
pub mod name;
pub mod rate_limit;
pub mod regeneration;
pub mod scope;
pub mod state;
pub mod suggestion;
pub mod token;

use crate::{field_values::FieldValues, id::PersonId, time::Timestamp};
use condition::KeyCondition;
use expiry::Expiry;
use ip_rule::IpRules;
use name::{Description, KeyName};
use rate_limit::RateLimit;
use scope::ScopeSet;
use serde::{Deserialize, Serialize};
use state::State;
use std::fmt;
use token::KeyId;

/// The environment that a key belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// Production data.
    Live,
    /// Test data.
    Test,
}

impl Environment {
    /// The stored and serialized name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }

    /// Parses the output of [`Environment::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "live" => Some(Self::Live),
            "test" => Some(Self::Test),
            _ => None,
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The validated settings of a key to be created, or of a key after an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names and types of the fields say it")]
pub struct KeyDraft {
    pub name: KeyName,
    pub description: Description,
    pub environment: Environment,
    /// At least one scope.
    pub scopes: ScopeSet,
    pub expiry: Expiry,
    pub ip_rules: IpRules,
    pub rate_limit: Option<RateLimit>,
}

impl From<&KeyDraft> for FieldValues {
    fn from(draft: &KeyDraft) -> Self {
        let expires = draft
            .expiry
            .at()
            .map_or_else(|| "never".to_owned(), |at| at.to_string());
        Self::of("name", &draft.name)
            .and("description", draft.description.as_str())
            .and("environment", &draft.environment)
            .and("scopes", &draft.scopes)
            .and("addresses", &draft.ip_rules)
            .and(
                "rate_limit",
                &draft
                    .rate_limit
                    .map(|limit| limit.to_string())
                    .unwrap_or_default(),
            )
            .and("expires", &expires)
    }
}

/// An existing key as pages show it: without its secret and digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names and types of the fields say it")]
pub struct KeySummary {
    pub id: KeyId,
    pub name: KeyName,
    pub description: String,
    pub environment: Environment,
    pub scopes: ScopeSet,
    pub ip_rules: IpRules,
    pub rate_limit: Option<RateLimit>,
    pub state: State,
    pub created_at: Timestamp,
    /// The creator; `None` if that person no longer exists.
    pub created_by: Option<PersonId>,
    pub created_by_email: Option<String>,
    /// `None` if the key never expires.
    pub expires_at: Option<Timestamp>,
    /// When the secret was regenerated; `None` if it was not. The key is retiring since then.
    pub deprecated_at: Option<Timestamp>,
    /// When the old secret stops working after a regeneration.
    pub retires_at: Option<Timestamp>,
    /// The key that the regeneration created.
    pub replaced_by: Option<KeyId>,
    /// The key that this one replaces.
    pub replaces: Option<KeyId>,
    /// When a person confirmed that the secret is stored.
    pub confirmed_at: Option<Timestamp>,
    pub last_used: Option<LastUsed>,
}

impl KeySummary {
    /// Returns the badges beside the status at `now`.
    pub fn badges(&self, now: Timestamp) -> Vec<KeyCondition> {
        KeyCondition::BADGES
            .into_iter()
            .filter(|condition| condition.holds_for(self, now))
            .collect()
    }

    /// Returns when the old secret stops working, if the key is retiring at `now`.
    pub fn retiring_until(&self, now: Timestamp) -> Option<Timestamp> {
        let revoked = matches!(self.state, State::Revoked { .. });
        self.retires_at
            .filter(|at| *at > now && self.replaced_by.is_some() && !revoked)
    }
}

/// The last accepted call of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct LastUsed {
    pub at: Timestamp,
    pub address: String,
    pub user_agent: String,
    /// Method and path, such as `GET /invoices`; empty if unknown.
    pub route: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_recorded_field_by_field() {
        let draft = KeyDraft {
            name: KeyName::parse("Checkout").expect("valid"),
            description: Description::parse("Till").expect("valid"),
            environment: Environment::Live,
            scopes: ScopeSet::one("invoice:read").expect("known"),
            expiry: Expiry::Never,
            ip_rules: IpRules::parse("10.0.0.0/8").expect("valid"),
            rate_limit: RateLimit::parse("5", "second").expect("valid"),
        };
        let values = FieldValues::from(&draft);
        let expected = [
            ("addresses", "10.0.0.0/8"),
            ("description", "Till"),
            ("environment", "live"),
            ("expires", "never"),
            ("name", "Checkout"),
            ("rate_limit", "5 requests per second"),
            ("scopes", "invoice:read"),
        ];
        assert_eq!(values.iter().collect::<Vec<_>>(), expected);
    }
}
