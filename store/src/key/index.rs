//! Rows of the gate's key index: what verification needs to know of each key.

mod all;

use crate::{
    PepperName, Store, StoreError,
    row::{corrupt, ip_rules, parse, rate_limit},
    sql, transaction,
};
use domain::{
    id::{AccountId, ApplicationId},
    key::{ip_rule::IpRules, rate_limit::RateLimit, scope::ScopeSet, token::KeyId},
    time::Timestamp,
};
use sqlx::FromRow;
use std::collections::HashMap;
use uuid::Uuid;

/// HMAC-SHA-256 of a secret.
type Digest = [u8; 32];

/// A key as verification needs it.
#[derive(Clone, Debug)]
pub struct IndexRow {
    pub id: KeyId,
    pub application: ApplicationId,
    pub account: AccountId,
    pub scopes: ScopeSet,
    pub ip_rules: IpRules,
    pub rate_limit: Option<RateLimit>,
    pub expires_at: Option<Timestamp>,
    /// Since when the key is retiring: another one replaces it.
    pub deprecated_at: Option<Timestamp>,
    /// When the retiring key stops working.
    pub retires_at: Option<Timestamp>,
    pub inactive: bool,
    pub deactivated_at: Option<Timestamp>,
    pub revoked: bool,
    /// HMAC-SHA-256 of the secret.
    pub digest: Digest,
    /// The position of `change_head` as of which the row was read.
    pub position: i64,
    /// The pepper of the digest.
    pub pepper: PepperName,
}

/// Columns that every key has a value in.
#[derive(FromRow)]
pub(crate) struct RawKey<'r> {
    id: &'r str,
    application_id: Uuid,
    account_id: Uuid,
    scopes: &'r str,
    expires_at: Option<i64>,
}

/// Columns that few keys have a value in.
#[derive(FromRow)]
pub(crate) struct RawTerms<'r> {
    ip_rules: &'r str,
    rate_requests: Option<i64>,
    rate_window_ms: Option<i64>,
    deprecated_at: Option<i64>,
    retires_at: Option<i64>,
    deactivated_at: Option<i64>,
    revoked_at: Option<i64>,
}

/// A key's digest, and the position as of which it was read.
#[derive(FromRow)]
pub(crate) struct RawSecret<'r> {
    digest: &'r [u8],
    pepper: &'r str,
    position: i64,
}

impl IndexRow {
    /// Makes the row of a key without [`Terms`], without its digest.
    fn without_terms(
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
            deactivated_at: None,
            revoked: false,
            digest: [0; 32],
            position: 0,
            pepper: PepperName::default(),
        }
    }
}

impl RawKey<'_> {
    pub(crate) fn read(&self, scopes: &mut ScopeCache) -> Result<IndexRow, StoreError> {
        Ok(IndexRow::without_terms(
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

/// The parsed [`RawTerms`].
pub(crate) struct Terms {
    ip_rules: IpRules,
    rate_limit: Option<RateLimit>,
    deprecated_at: Option<Timestamp>,
    retires_at: Option<Timestamp>,
    inactive: bool,
    deactivated_at: Option<Timestamp>,
    revoked: bool,
}

impl RawTerms<'_> {
    pub(crate) fn read(&self) -> Result<Terms, StoreError> {
        Ok(Terms {
            ip_rules: ip_rules(self.ip_rules)?,
            rate_limit: rate_limit(self.rate_requests, self.rate_window_ms)?,
            deprecated_at: self.deprecated_at.map(Timestamp),
            retires_at: self.retires_at.map(Timestamp),
            inactive: self.deactivated_at.is_some(),
            deactivated_at: self.deactivated_at.map(Timestamp),
            revoked: self.revoked_at.is_some(),
        })
    }
}

impl IndexRow {
    pub(crate) fn with_terms(self, terms: Terms) -> Self {
        Self {
            ip_rules: terms.ip_rules,
            rate_limit: terms.rate_limit,
            deprecated_at: terms.deprecated_at,
            retires_at: terms.retires_at,
            inactive: terms.inactive,
            deactivated_at: terms.deactivated_at,
            revoked: terms.revoked,
            ..self
        }
    }
}

/// Reads rows of [`sql::INDEX_ROWS_BY_APPLICATION`] and statements like it.
pub(crate) fn read_index_rows<R>(rows: &[R]) -> Result<Vec<IndexRow>, StoreError>
where
    R: sqlx::Row,
    for<'r> RawKey<'r>: FromRow<'r, R>,
    for<'r> RawTerms<'r>: FromRow<'r, R>,
    for<'r> RawSecret<'r>: FromRow<'r, R>,
{
    let mut scopes = ScopeCache::default();
    rows.iter()
        .map(|row| read_index_row(row, &mut scopes))
        .collect()
}

/// Parses a key from one row.
pub(crate) fn read_index_row<'r, R>(
    row: &'r R,
    scopes: &mut ScopeCache,
) -> Result<IndexRow, StoreError>
where
    R: sqlx::Row,
    RawKey<'r>: FromRow<'r, R>,
    RawTerms<'r>: FromRow<'r, R>,
    RawSecret<'r>: FromRow<'r, R>,
{
    let key = RawKey::from_row(row)?.read(scopes)?;
    let mut key = key.with_terms(RawTerms::from_row(row)?.read()?);
    let secret = RawSecret::from_row(row)?;
    key.digest = secret.digest.try_into().map_err(|_| corrupt("digest"))?;
    key.position = secret.position;
    key.pepper = parse("pepper", secret.pepper)?;
    Ok(key)
}

/// The keys that a change concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangeScope {
    /// One key.
    Key(KeyId),
    /// Every key of an application.
    Application(ApplicationId),
}

/// Inside a transaction that changes keys, after everything else that it writes: takes the next position, and writes what was
/// changed for the other nodes, which PostgreSQL notifies after the commit. Evaluates to a `Result`. The row of the position
/// stays locked until the commit, so positions are in commit order.
macro_rules! advance_position {
    ($tx:ident, $store:expr, $changed:expr) => {
        async {
            let (position,): (i64,) = $crate::get_row!($tx, $crate::sql::CHANGE_HEAD_ADVANCE)?;
            for changed in $changed {
                let (app, key) = match changed {
                    $crate::ChangeScope::Key(key) => (None, Some(key.to_string())),
                    $crate::ChangeScope::Application(app) => (Some(app.0), None),
                };
                $crate::execute!(
                    $tx,
                    $crate::sql::CHANGE_INSERT.of($store),
                    position,
                    app,
                    key
                )?;
            }
            Ok::<(), $crate::StoreError>(())
        }
        .await
    };
}

/// Inside a transaction: one key for the gate's index, `None` without a secret. Evaluates to a `Result`.
macro_rules! select_index_row {
    ($tx:ident, $id:expr) => {
        sqlx::query($crate::sql::INDEX_ROW)
            .bind($id.to_string())
            .fetch_optional(&mut *$tx)
            .await
            .map_err($crate::StoreError::from)
            .and_then(|row| {
                let mut scopes = $crate::key::index::ScopeCache::default();
                row.map(|row| $crate::key::index::read_index_row(&row, &mut scopes))
                    .transpose()
            })
    };
}

/// Inside a transaction: reads the rows of these keys. Evaluates to a `Result`.
macro_rules! select_index_rows {
    ($tx:ident, $store:expr, $ids:expr) => {
        async {
            let ids: &[String] = $ids;
            let rows = sqlx::query($crate::sql::INDEX_ROWS_BY_IDS.of($store))
                .bind(serde_json::json!(ids).to_string())
                .fetch_all(&mut *$tx)
                .await?;
            $crate::key::index::read_index_rows(&rows)
        }
        .await
    };
}

/// Inside a transaction: waits until no change is between taking its position and the end of its commit. Evaluates to a
/// `Result`.
macro_rules! wait_for_open_changes {
    ($tx:ident, $store:expr) => {
        sqlx::query($crate::sql::CHANGE_HEAD_LOCK.of($store))
            .fetch_one(&mut *$tx)
            .await
    };
}
pub(crate) use {advance_position, select_index_row, select_index_rows};

/// Scope sets by their text: many keys have the same one.
#[derive(Default)]
pub(crate) struct ScopeCache(HashMap<Box<str>, ScopeSet>);

impl ScopeCache {
    fn read(&mut self, text: &str) -> Result<ScopeSet, StoreError> {
        if let Some(known) = self.0.get(text) {
            return Ok(*known);
        }
        let scopes = parse("scopes", text)?;
        self.0.insert(text.into(), scopes);
        Ok(scopes)
    }
}

impl Store {
    /// Reads one key for the index, after all changes whose commit is under way. `None` if there is no such key.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn index_row(&self, id: KeyId) -> Result<Option<IndexRow>, StoreError> {
        transaction!(self, |tx| {
            wait_for_open_changes!(tx, self)?;
            select_index_row!(tx, id)?
        })
    }

    /// Reads an application's keys for the index, as [`Store::index_row`] reads one.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn index_rows_by_application(
        &self,
        app: ApplicationId,
    ) -> Result<Vec<IndexRow>, StoreError> {
        transaction!(self, |tx| {
            wait_for_open_changes!(tx, self)?;
            let rows = sqlx::query(sql::INDEX_ROWS_BY_APPLICATION)
                .bind(app.0)
                .fetch_all(&mut *tx)
                .await?;
            read_index_rows(&rows)?
        })
    }
}
