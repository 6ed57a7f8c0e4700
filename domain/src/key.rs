//! API keys: what people type to make one, and what pages show of one.

pub mod change;
pub mod expiry;
pub mod filter;
pub mod ip_rule;
pub mod issued;
pub mod name;
pub mod notable;
pub mod rate_limit;
pub mod retirement;
pub mod scope;
pub mod state;
pub mod suggestion;
pub mod token;

use crate::{id::PersonId, time::Timestamp};
use expiry::Expiry;
use ip_rule::IpRules;
use name::{Description, KeyName};
use rate_limit::RateLimit;
use scope::ScopeSet;
use serde::{Deserialize, Serialize};
use state::{Badge, State};
use std::fmt;
use token::KeyId;

/// Where a key works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// Real data.
    Live,
    /// Data that may be thrown away.
    Test,
}

impl Environment {
    /// The word that is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }

    /// Reads [`Environment::as_str`] back.
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

/// What a person asked for when creating a key: every field has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyDraft {
    /// Its name.
    pub name: KeyName,
    /// What it is for.
    pub description: Description,
    /// Live or test.
    pub environment: Environment,
    /// What it may do: one scope at least.
    pub scopes: ScopeSet,
    /// When it ends.
    pub expiry: Expiry,
    /// From where it may be used.
    pub ip_rules: IpRules,
    /// How often it may be used, where that is limited.
    pub rate_limit: Option<RateLimit>,
}

/// A key as a page may show it: no secret, no digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeySummary {
    /// The public key id.
    pub id: KeyId,
    /// Its name.
    pub name: KeyName,
    /// What it is for.
    pub description: String,
    /// Live or test.
    pub environment: Environment,
    /// What it may do.
    pub scopes: ScopeSet,
    /// From where it may be used.
    pub ip_rules: IpRules,
    /// How often it may be used, where that is limited.
    pub rate_limit: Option<RateLimit>,
    /// Where it stands.
    pub state: State,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it, where that person is still known.
    pub created_by: Option<PersonId>,
    /// Their address.
    pub created_by_email: Option<String>,
    /// When it ends, where it does.
    pub expires_at: Option<Timestamp>,
    /// When its secret was regenerated, where it was: from then on it is being retired.
    pub deprecated_at: Option<Timestamp>,
    /// When it has been retired.
    pub retires_at: Option<Timestamp>,
    /// The key that was made then.
    pub replaced_by: Option<KeyId>,
    /// The key in whose place this one was made.
    pub replaces: Option<KeyId>,
    /// When somebody said that the secret is stored.
    pub confirmed_at: Option<Timestamp>,
    /// The last accepted call.
    pub last_used: Option<LastUsed>,
}

impl KeySummary {
    /// The badges beside the status, at `now`.
    pub fn badges(&self, now: Timestamp) -> Vec<Badge> {
        state::badges(self, now)
    }

    /// Until when its secret still works, where it was regenerated and has not ended yet.
    pub fn retiring_until(&self, now: Timestamp) -> Option<Timestamp> {
        let over = matches!(self.state, State::Revoked { .. });
        self.retires_at
            .filter(|at| *at > now && self.replaced_by.is_some() && !over)
    }
}

/// The last accepted call of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastUsed {
    /// When it was decided.
    pub at: Timestamp,
    /// The client's address.
    pub address: String,
    /// What the client calls itself.
    pub user_agent: String,
    /// Method and path, such as `GET /invoices`; empty where they are unknown.
    pub route: String,
}
