//! API keys and the digests of their secrets.

#![expect(
    missing_docs,
    reason = "fields are named for the columns that they hold"
)]

mod changes;
mod choices;
pub(crate) mod index;
pub(crate) mod list;
mod names;
pub(crate) mod pepper;
pub(crate) mod revoke_all;
mod rotation;

use crate::{
    ChangeScope, IndexRow, PepperName, Store, StoreError,
    key::index::{advance_position, select_index_row},
    read,
    row::{KeyRow, parse},
    sql, transaction,
};
use domain::{
    audit::AuditEvent,
    id::{AccountId, ApplicationId, IdempotencyKey, PersonId, SecretId},
    key::{KeyDraft, KeySummary, token::KeyId},
    time::Timestamp,
};

/// A key to insert, with the digest of its secret.
#[derive(Debug)]
pub struct NewKey<'a> {
    pub id: KeyId,
    pub account: AccountId,
    pub application: ApplicationId,
    pub draft: &'a KeyDraft,
    pub created_by: PersonId,
    /// The time of creation.
    pub at: Timestamp,
    /// The id of the request: one that is repeated with it makes no second key.
    pub idempotency_key: IdempotencyKey,
    pub secret_id: SecretId,
    /// HMAC-SHA-256 of the secret.
    pub digest: &'a [u8; 32],
    /// The pepper of the digest.
    pub pepper: PepperName,
}

/// The outcome of an insertion.
#[derive(Clone, Debug)]
pub enum KeyInsertion {
    /// The key was inserted. These keys are new or were changed.
    New(Vec<IndexRow>),
    /// A request with the same idempotency key has made this key before; nothing was written.
    Existing(KeyId),
}

/// Inside a transaction: inserts a key, its digest and the event. Evaluates to a `Result` with the key that a request with the same
/// idempotency key has made before, in which case nothing is written.
macro_rules! insert_key_row {
    ($tx:ident, $new:expr, $event:expr) => {
        async {
            let new: &$crate::NewKey<'_> = $new;
            let draft = new.draft;
            $crate::key::changes::lock_usable_application!($tx, new.application)?;
            let inserted = $crate::execute!(
                $tx,
                $crate::sql::KEY_INSERT,
                new.id.to_string(),
                new.account.0,
                new.application.0,
                draft.name.as_str(),
                domain::name::folded(draft.name.as_str()),
                draft.description.as_str(),
                draft.environment.as_str(),
                draft.scopes.to_string(),
                draft.ip_rules.to_string(),
                draft.expiry.at().map(|at| at.0),
                new.at.0,
                new.created_by.0,
                new.idempotency_key.0,
                draft.rate_limit.map(|limit| i64::from(limit.requests)),
                draft.rate_limit.map(|limit| i64::from(limit.window_ms))
            )?;
            if inserted == 0 {
                let (id,): (String,) = $crate::get_row!(
                    $tx,
                    $crate::sql::KEY_BY_IDEMPOTENCY_KEY,
                    new.application.0,
                    new.idempotency_key.0
                )?;
                return $crate::row::parse::<domain::key::token::KeyId>("id", &id).map(Some);
            }
            $crate::execute!(
                $tx,
                $crate::sql::KEY_SECRET_INSERT,
                new.secret_id.0,
                new.id.to_string(),
                new.digest.as_slice(),
                new.pepper.to_string(),
                new.at.0
            )?;
            $crate::record::append_event!($tx, $event)?;
            Ok::<_, $crate::StoreError>(None)
        }
        .await
    };
}
pub(crate) use insert_key_row;

impl Store {
    /// Inserts a key, its digest and the event, or finds the key that a request with the same idempotency key has made before.
    ///
    /// # Errors
    /// `Conflict` if the id exists; `Application` if the application is archived.
    pub async fn insert_key(
        &self,
        new: &NewKey<'_>,
        event: &AuditEvent,
    ) -> Result<KeyInsertion, StoreError> {
        let inserted = transaction!(self, |tx| {
            let before: Option<KeyId> = insert_key_row!(tx, new, event)?;
            if let Some(id) = before {
                KeyInsertion::Existing(id)
            } else {
                advance_position!(tx, self, [ChangeScope::Key(new.id)])?;
                KeyInsertion::New(Vec::from_iter(select_index_row!(tx, new.id)?))
            }
        })?;
        self.record_insertion(&inserted);
        Ok(inserted)
    }

    /// Records the position of a committed insertion.
    fn record_insertion(&self, inserted: &KeyInsertion) {
        if let KeyInsertion::New(rows) = inserted {
            for row in rows {
                self.fence().record_position(row.position);
            }
        }
    }

    /// Returns one key of the application.
    ///
    /// # Errors
    /// `NotFound` if the application has no such key.
    pub async fn key(
        &self,
        app: ApplicationId,
        id: KeyId,
        now: Timestamp,
    ) -> Result<KeySummary, StoreError> {
        let row: KeyRow = read!(self, |pool| {
            sqlx::query_as(sql::KEY_BY_ID)
                .bind(app.0)
                .bind(id.to_string())
                .fetch_one(pool)
                .await
        })?;
        row.summary(now)
    }

    /// Whether there is any key with a secret.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn has_keys(&self) -> Result<bool, StoreError> {
        let (found,): (i64,) = read!(self, |pool| sqlx::query_as(sql::KEY_SECRETS_COUNT_ANY)
            .fetch_one(pool)
            .await)?;
        Ok(found > 0)
    }

    /// Counts the secrets of all keys.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn secret_count(&self) -> Result<i64, StoreError> {
        Ok(read!(self, |pool| {
            sqlx::query_scalar(sql::KEY_SECRETS_COUNT)
                .fetch_one(pool)
                .await
        })?)
    }

    /// Returns the keys that are inactive or retiring, but not revoked.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn ended_keys(&self) -> Result<Vec<EndedKey>, StoreError> {
        type Row = (String, Option<i64>, Option<i64>, Option<i64>, bool);
        let rows: Vec<Row> = read!(self, |pool| sqlx::query_as(sql::KEYS_ENDED)
            .fetch_all(pool)
            .await)?;
        rows.into_iter()
            .map(
                |(id, deactivated_at, deprecated_at, retires_at, archived)| {
                    Ok(EndedKey {
                        id: parse("id", &id)?,
                        deactivated_at: deactivated_at.map(Timestamp),
                        deprecated_at: deprecated_at.map(Timestamp),
                        retires_at: retires_at.map(Timestamp),
                        archived,
                    })
                },
            )
            .collect()
    }
}

/// The end of a key that is not revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndedKey {
    pub id: KeyId,
    /// Since when the key is inactive.
    pub deactivated_at: Option<Timestamp>,
    /// Since when the key is retiring: another one replaces it.
    pub deprecated_at: Option<Timestamp>,
    /// When the retiring key stops working.
    pub retires_at: Option<Timestamp>,
    /// Whether the key is inactive because its application was archived.
    pub archived: bool,
}

/// Escapes `%`, `_` and `\` in text for a `LIKE` pattern with `ESCAPE '\'`.
pub(crate) fn escape_like(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}
