//! What the gate's index is made of.

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
use futures_util::{StreamExt, TryStreamExt};
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

/// A row as the driver holds it: a million of them are read at start, so nothing is copied that is only looked at.
#[derive(FromRow)]
struct RawKey<'r> {
    id: &'r str,
    application_id: Uuid,
    account_id: Uuid,
    scopes: &'r str,
    ip_rules: &'r str,
    rate_requests: Option<i64>,
    rate_window_ms: Option<i64>,
    expires_at: Option<i64>,
    deprecated_at: Option<i64>,
    retires_at: Option<i64>,
    deactivated_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl RawKey<'_> {
    /// The row, but for its digest.
    fn read(&self, scopes: &mut KnownScopes) -> Result<IndexRow, StoreError> {
        Ok(IndexRow {
            id: parse("id", self.id)?,
            application: ApplicationId(self.application_id),
            account: AccountId(self.account_id),
            scopes: scopes.read(self.scopes)?,
            ip_rules: ip_rules(self.ip_rules)?,
            rate_limit: rate_limit(self.rate_requests, self.rate_window_ms)?,
            expires_at: self.expires_at.map(Timestamp),
            deprecated_at: self.deprecated_at.map(Timestamp),
            retires_at: self.retires_at.map(Timestamp),
            inactive: self.deactivated_at.is_some(),
            revoked: self.revoked_at.is_some(),
            digest: [0; 32],
        })
    }
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

/// Keys and digests whose other half has not come yet. Both tables give them in nearly the same order, so few wait.
#[derive(Default)]
struct Halves {
    keys: HashMap<KeyId, IndexRow>,
    digests: HashMap<KeyId, Digest>,
}

impl Halves {
    fn key(&mut self, mut row: IndexRow) -> Option<IndexRow> {
        let Some(digest) = self.digests.remove(&row.id) else {
            self.keys.insert(row.id, row);
            return None;
        };
        row.digest = digest;
        Some(row)
    }

    fn digest(&mut self, id: KeyId, digest: Digest) -> Option<IndexRow> {
        let Some(mut row) = self.keys.remove(&id) else {
            self.digests.insert(id, digest);
            return None;
        };
        row.digest = digest;
        Some(row)
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

    /// Gives `take` every key of every account that has a secret, as they come. Both tables are read from end to end
    /// and joined here: a database would look each secret up, which takes twenty times as long.
    ///
    /// # Errors
    /// Where the database fails or a row cannot be read.
    pub async fn each_index_row(&self, mut take: impl FnMut(IndexRow)) -> Result<(), StoreError> {
        let mut scopes = KnownScopes::default();
        let mut halves = Halves::default();
        read!(self, |pool| {
            let mut keys = sqlx::query(sql::KEYS_ALL).fetch(pool).fuse();
            let mut secrets = sqlx::query(sql::SECRETS_ALL).fetch(pool).fuse();
            loop {
                let (key, secret) = (keys.try_next().await?, secrets.try_next().await?);
                if key.is_none() && secret.is_none() {
                    return Ok(());
                }
                if let Some(row) = key {
                    let key = RawKey::from_row(&row)?.read(&mut scopes)?;
                    halves.key(key).map(&mut take);
                }
                if let Some(row) = secret {
                    let id = parse("key_id", row.try_get("key_id")?)?;
                    let digest = digest(row.try_get("digest")?)?;
                    halves.digest(id, digest).map(&mut take);
                }
            }
        })
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
            let mut key = RawKey::from_row(&row)?.read(&mut KnownScopes::default())?;
            key.digest = digest(row.try_get("digest")?)?;
            Ok(key)
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
                .map(|row| {
                    let mut key = RawKey::from_row(row)?.read(&mut scopes)?;
                    key.digest = digest(row.try_get("digest")?)?;
                    Ok(key)
                })
                .collect()
        })
    }
}
