//! Rows as the driver decodes them, and their conversion to domain values.

use crate::StoreError;
use domain::{
    id::PersonId,
    key::{
        Environment, KeySummary, LastUsed,
        ip_rule::IpRules,
        name::KeyName,
        rate_limit::RateLimit,
        scope::ScopeSet,
        state::{State, StateColumns},
        token::KeyId,
    },
    time::Timestamp,
};
use uuid::Uuid;

/// Parses a stored text. A text that cannot be parsed is a corrupt row, reported with its column.
pub(crate) fn parse<T: std::str::FromStr>(column: &str, text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| corrupt(column))
}

pub(crate) fn corrupt(column: &str) -> StoreError {
    StoreError::Corrupt(format!("unreadable {column}"))
}

pub(crate) fn ip_rules(text: &str) -> Result<IpRules, StoreError> {
    IpRules::parse(text).map_err(|_| corrupt("ip_rules"))
}

pub(crate) fn rate_limit(
    requests: Option<i64>,
    window_ms: Option<i64>,
) -> Result<Option<RateLimit>, StoreError> {
    requests
        .zip(window_ms)
        .map(|(requests, window)| {
            Ok(RateLimit {
                requests: u32::try_from(requests).map_err(|_| corrupt("rate_requests"))?,
                window_ms: u32::try_from(window).map_err(|_| corrupt("rate_window_ms"))?,
            })
        })
        .transpose()
}

#[derive(sqlx::FromRow)]
pub(crate) struct KeyRow {
    id: String,
    name: String,
    description: String,
    environment: String,
    scopes: String,
    ip_rules: String,
    rate_requests: Option<i64>,
    rate_window_ms: Option<i64>,
    expires_at: Option<i64>,
    pub created_at: i64,
    created_by: Option<Uuid>,
    created_by_email: Option<String>,
    confirmed_at: Option<i64>,
    deactivated_at: Option<i64>,
    deprecated_at: Option<i64>,
    retires_at: Option<i64>,
    replaced_by: Option<String>,
    replaces: Option<String>,
    revoked_at: Option<i64>,
    revoked_reason: String,
    used_at: Option<i64>,
    used_address: Option<String>,
    used_user_agent: Option<String>,
    used_route: Option<String>,
}

impl KeyRow {
    pub(crate) fn summary(self, now: Timestamp) -> Result<KeySummary, StoreError> {
        let marks = StateColumns {
            revoked_at: self.revoked_at.map(Timestamp),
            revoked_reason: self.revoked_reason,
            deactivated_at: self.deactivated_at.map(Timestamp),
            expires_at: self.expires_at.map(Timestamp),
            retires_at: self.retires_at.map(Timestamp),
        };
        Ok(KeySummary {
            id: parse::<KeyId>("id", &self.id)?,
            name: KeyName::parse(&self.name).map_err(|_| corrupt("name"))?,
            description: self.description,
            environment: Environment::parse(&self.environment)
                .ok_or_else(|| corrupt("environment"))?,
            scopes: parse::<ScopeSet>("scopes", &self.scopes)?,
            ip_rules: ip_rules(&self.ip_rules)?,
            rate_limit: rate_limit(self.rate_requests, self.rate_window_ms)?,
            expires_at: marks.expires_at,
            deprecated_at: self.deprecated_at.map(Timestamp),
            retires_at: marks.retires_at,
            replaced_by: other_key("replaced_by", self.replaced_by.as_deref())?,
            replaces: other_key("replaces", self.replaces.as_deref())?,
            state: State::at(marks, now),
            created_at: Timestamp(self.created_at),
            created_by: self.created_by.map(PersonId),
            created_by_email: self.created_by_email,
            confirmed_at: self.confirmed_at.map(Timestamp),
            // 0 means never.
            last_used: self.used_at.filter(|at| *at > 0).map(|at| LastUsed {
                at: Timestamp(at),
                address: self.used_address.unwrap_or_default(),
                user_agent: self.used_user_agent.unwrap_or_default(),
                route: self.used_route.unwrap_or_default(),
            }),
        })
    }
}

fn other_key(column: &str, id: Option<&str>) -> Result<Option<KeyId>, StoreError> {
    id.map(|id| parse(column, id)).transpose()
}
