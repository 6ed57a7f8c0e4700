//! What the gate's index is made of.

mod all;

use crate::{
    Store, StoreError, read,
    row::{corrupt, ip_rules, parse, rate_limit},
    sql,
};
use domain::{
    id::{AccountId, ApplicationId},
    key::{ip_rule::IpRules, rate_limit::RateLimit, scope::ScopeSet, token::KeyId},
    time::Timestamp,
};
use sqlx::{FromRow, Row};
use std::collections::HashMap;
use uuid::Uuid;

/// HMAC-SHA-256 of a secret.
type Digest = [u8; 32];

/// What the gate has to know of a key.
#[derive(Clone, Debug)]
pub struct IndexRow {
    /// The public key id.
    pub id: KeyId,
    /// Of which application.
    pub application: ApplicationId,
    /// Whose.
    pub account: AccountId,
    /// What it may do.
    pub scopes: ScopeSet,
    /// From where.
    pub ip_rules: IpRules,
    /// How often.
    pub rate_limit: Option<RateLimit>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// Since when its secret is being retired.
    pub deprecated_at: Option<Timestamp>,
    /// When its secret ends.
    pub retires_at: Option<Timestamp>,
    /// Whether it is switched off.
    pub inactive: bool,
    /// Whether it is revoked.
    pub revoked: bool,
    /// HMAC-SHA-256 of the secret.
    pub digest: Digest,
}

/// What every key has.
#[derive(FromRow)]
struct RawKey<'r> {
    id: &'r str,
    application_id: Uuid,
    account_id: Uuid,
    scopes: &'r str,
    expires_at: Option<i64>,
}

/// What few keys have.
#[derive(FromRow)]
struct RawTerms<'r> {
    ip_rules: &'r str,
    rate_requests: Option<i64>,
    rate_window_ms: Option<i64>,
    deprecated_at: Option<i64>,
    retires_at: Option<i64>,
    deactivated_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl IndexRow {
    /// A key that has nothing unusual, without its digest.
    fn usual(
        id: KeyId,
        (application, account): (ApplicationId, AccountId),
        scopes: ScopeSet,
        expires_at: Option<Timestamp>,
    ) -> Self {
        Self {
            id,
            application,
            account,
            scopes,
            ip_rules: IpRules::default(),
            rate_limit: None,
            expires_at,
            deprecated_at: None,
            retires_at: None,
            inactive: false,
            revoked: false,
            digest: [0; 32],
        }
    }
}

impl RawKey<'_> {
    fn read(&self, scopes: &mut KnownScopes) -> Result<IndexRow, StoreError> {
        Ok(IndexRow::usual(
            parse("id", self.id)?,
            (
                ApplicationId(self.application_id),
                AccountId(self.account_id),
            ),
            scopes.read(self.scopes)?,
            self.expires_at.map(Timestamp),
        ))
    }
}

/// What was read of [`RawTerms`].
struct Terms {
    ip_rules: IpRules,
    rate_limit: Option<RateLimit>,
    deprecated_at: Option<Timestamp>,
    retires_at: Option<Timestamp>,
    inactive: bool,
    revoked: bool,
}

impl RawTerms<'_> {
    fn read(&self) -> Result<Terms, StoreError> {
        Ok(Terms {
            ip_rules: ip_rules(self.ip_rules)?,
            rate_limit: rate_limit(self.rate_requests, self.rate_window_ms)?,
            deprecated_at: self.deprecated_at.map(Timestamp),
            retires_at: self.retires_at.map(Timestamp),
            inactive: self.deactivated_at.is_some(),
            revoked: self.revoked_at.is_some(),
        })
    }
}

impl IndexRow {
    fn with(self, terms: Terms) -> Self {
        Self {
            ip_rules: terms.ip_rules,
            rate_limit: terms.rate_limit,
            deprecated_at: terms.deprecated_at,
            retires_at: terms.retires_at,
            inactive: terms.inactive,
            revoked: terms.revoked,
            ..self
        }
    }
}

/// All of a key in one row.
macro_rules! whole {
    ($row:expr, $scopes:expr) => {{
        let row = $row;
        let key = RawKey::from_row(row)?.read($scopes)?;
        let mut key = key.with(RawTerms::from_row(row)?.read()?);
        key.digest = digest(row.try_get("digest")?)?;
        key
    }};
}

/// Sets that were read before: many keys have the same.
#[derive(Default)]
struct KnownScopes(HashMap<Box<str>, ScopeSet>);

impl KnownScopes {
    fn read(&mut self, text: &str) -> Result<ScopeSet, StoreError> {
        if let Some(known) = self.0.get(text) {
            return Ok(*known);
        }
        let scopes = parse("scopes", text)?;
        self.0.insert(text.into(), scopes);
        Ok(scopes)
    }
}

fn digest(bytes: &[u8]) -> Result<Digest, StoreError> {
    bytes.try_into().map_err(|_| corrupt("digest"))
}

impl Store {
    /// How many secrets there are, and how many of them were digested under a pepper of another name.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count_secrets(&self, pepper: &str) -> Result<(i64, i64), StoreError> {
        Ok(read!(self, |pool| sqlx::query_as(sql::SECRETS_COUNT)
            .bind(pepper)
            .fetch_one(pool)
            .await)?)
    }

    /// One key for the gate's index.
    ///
    /// # Errors
    /// `NotFound` where there is no such key.
    pub async fn index_row(&self, id: KeyId) -> Result<IndexRow, StoreError> {
        read!(self, |pool| {
            let row = sqlx::query(sql::KEY_ENTRY)
                .bind(id.to_string())
                .fetch_one(pool)
                .await?;
            Ok(whole!(&row, &mut KnownScopes::default()))
        })
    }

    /// The application's keys for the gate's index.
    ///
    /// # Errors
    /// Where the database fails or a row cannot be read.
    pub async fn index_rows_of(&self, app: ApplicationId) -> Result<Vec<IndexRow>, StoreError> {
        let mut scopes = KnownScopes::default();
        read!(self, |pool| {
            let rows = sqlx::query(sql::KEY_ENTRIES_BY_APPLICATION)
                .bind(app.0)
                .fetch_all(pool)
                .await?;
            rows.iter()
                .map(|row| Ok(whole!(row, &mut scopes)))
                .collect()
        })
    }
}
