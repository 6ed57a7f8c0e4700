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
use sqlx::{FromRow, Row, sqlite::SqlitePoolOptions};
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

/// What every key has, as the driver holds it: a million of them are read at start, so nothing is copied that is only
/// looked at.
#[derive(FromRow)]
struct RawKey<'r> {
    id: &'r str,
    application_id: Uuid,
    account_id: Uuid,
    scopes: &'r str,
    expires_at: Option<i64>,
}

/// What few keys have; each column of a million rows would be paid for.
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

impl RawKey<'_> {
    /// The key as it is where it has nothing unusual, and but for its digest.
    fn read(&self, scopes: &mut KnownScopes) -> Result<IndexRow, StoreError> {
        Ok(IndexRow {
            id: parse("id", self.id)?,
            application: ApplicationId(self.application_id),
            account: AccountId(self.account_id),
            scopes: scopes.read(self.scopes)?,
            ip_rules: IpRules::default(),
            rate_limit: None,
            expires_at: self.expires_at.map(Timestamp),
            deprecated_at: None,
            retires_at: None,
            inactive: false,
            revoked: false,
            digest: [0; 32],
        })
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
    pub async fn each_index_row(&self, take: impl FnMut(IndexRow)) -> Result<(), StoreError> {
        let Self::Sqlite { writer, readers } = self else {
            return self.join(take).await;
        };
        // Connections of their own, whose caches go with them: nothing is read twice.
        let options = (*readers.connect_options()).clone();
        let pool = SqlitePoolOptions::new()
            .max_connections(2)
            .connect_lazy_with(options.pragma("cache_size", "-2048"));
        let apart = Self::Sqlite {
            writer: writer.clone(),
            readers: pool.clone(),
        };
        let done = apart.join(take).await;
        pool.close().await;
        done
    }

    async fn join(&self, mut take: impl FnMut(IndexRow)) -> Result<(), StoreError> {
        let mut scopes = KnownScopes::default();
        let mut halves = Halves::default();
        let mut terms = HashMap::new();
        read!(self, |pool| {
            let mut unusual = sqlx::query(sql::KEYS_UNUSUAL).fetch(pool);
            while let Some(row) = unusual.try_next().await? {
                let id: KeyId = parse("id", row.try_get("id")?)?;
                terms.insert(id, RawTerms::from_row(&row)?.read()?);
            }
            drop(unusual);
            let mut keys = sqlx::query(sql::KEYS_ALL).fetch(pool).fuse();
            let mut secrets = sqlx::query(sql::SECRETS_ALL).fetch(pool).fuse();
            loop {
                let (key, secret) = (keys.try_next().await?, secrets.try_next().await?);
                if key.is_none() && secret.is_none() {
                    return Ok(());
                }
                if let Some(row) = key {
                    let mut key = RawKey::from_row(&row)?.read(&mut scopes)?;
                    if let Some(terms) = terms.remove(&key.id) {
                        key = key.with(terms);
                    }
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
