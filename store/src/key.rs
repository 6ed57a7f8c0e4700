//! API keys and the digests of their secrets.

#![expect(
    missing_docs,
    reason = "fields are named for the columns that they hold"
)]

mod choices;
pub(crate) mod index;
pub(crate) mod list;
mod names;
pub(crate) mod pepper;
pub(crate) mod revoke_all;
mod rotation;

use crate::{
    IndexRow, PepperName, Store, StoreError,
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
    /// The id of the form: a form that is sent again makes no second key.
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
    /// The same form has made this key before; nothing was written.
    Existing(KeyId),
}

/// Changes one key and writes the event; `$lock` is [`any_application`] or [`lock_usable_application`]. Evaluates to a `Result`
/// with the key for the gate's index: `NotFound` if no row was changed.
macro_rules! change_key {
    ($store:expr, $event:expr, $lock:ident, $sql:expr, $app:expr, $id:expr $(, $value:expr)*) => {
        $crate::transaction!($store, |tx| {
            $crate::key::$lock!(tx, $app)?;
            let changed = sqlx::query($sql)
                .bind($app.0)
                .bind($id.to_string())
                $(.bind($value))*
                .execute(&mut *tx)
                .await?;
            if changed.rows_affected() == 0 {
                return Err($crate::StoreError::NotFound);
            }
            $crate::audit::append_event!(tx, $event)?;
            $crate::key::index::advance_position!(tx, $store)?;
            $crate::key::index::select_index_row!(tx, $id)?.ok_or($crate::StoreError::NotFound)?
        })
        .inspect(|row: &$crate::IndexRow| $store.fence().record_position(row.position))
    };
}

/// For a change that cannot make a key work: it is made in an archived application too. Evaluates to a `Result`.
macro_rules! any_application {
    ($tx:ident, $app:expr) => {
        Ok::<(), $crate::StoreError>(())
    };
}

/// Inside a transaction that may make a key work, before it writes anything else: refuses it if the application is archived
/// (`Application`) or deleted (`NotFound`). The application's row stays locked until the commit, so that it is not archived
/// meanwhile. Evaluates to a `Result`.
macro_rules! lock_usable_application {
    ($tx:ident, $app:expr) => {
        async {
            let app: domain::id::ApplicationId = $app;
            let locked = sqlx::query($crate::sql::APPLICATION_LOCK_USABLE)
                .bind(app.0)
                .execute(&mut *$tx)
                .await?;
            if locked.rows_affected() > 0 {
                return Ok(());
            }
            let archived: Option<(i64,)> = sqlx::query_as($crate::sql::APPLICATION_ARCHIVED_AT)
                .bind(app.0)
                .fetch_optional(&mut *$tx)
                .await?;
            Err::<(), $crate::StoreError>(match archived {
                Some(_) => domain::account::ApplicationConflict::Archived.into(),
                None => $crate::StoreError::NotFound,
            })
        }
        .await
    };
}
pub(crate) use {any_application, change_key, lock_usable_application};

/// Inside a transaction: inserts a key, its digest and the event. Evaluates to a `Result` with the key that the same form
/// has made before, in which case nothing is written.
macro_rules! insert_key_row {
    ($tx:ident, $new:expr, $event:expr) => {
        async {
            let new: &$crate::NewKey<'_> = $new;
            let draft = new.draft;
            $crate::key::lock_usable_application!($tx, new.application)?;
            let inserted = sqlx::query($crate::sql::KEY_INSERT)
                .bind(new.id.to_string())
                .bind(new.account.0)
                .bind(new.application.0)
                .bind(draft.name.as_str())
                .bind(draft.description.as_str())
                .bind(draft.environment.as_str())
                .bind(draft.scopes.to_string())
                .bind(draft.ip_rules.to_string())
                .bind(draft.expiry.at().map(|at| at.0))
                .bind(new.at.0)
                .bind(new.created_by.0)
                .bind(new.idempotency_key.0)
                .bind(draft.rate_limit.map(|limit| i64::from(limit.requests)))
                .bind(draft.rate_limit.map(|limit| i64::from(limit.window_ms)))
                .execute(&mut *$tx)
                .await?;
            if inserted.rows_affected() == 0 {
                let (id,): (String,) = sqlx::query_as($crate::sql::KEY_BY_IDEMPOTENCY_KEY)
                    .bind(new.application.0)
                    .bind(new.idempotency_key.0)
                    .fetch_one(&mut *$tx)
                    .await?;
                return $crate::row::parse::<domain::key::token::KeyId>("id", &id).map(Some);
            }
            sqlx::query($crate::sql::KEY_SECRET_INSERT)
                .bind(new.secret_id.0)
                .bind(new.id.to_string())
                .bind(new.digest.as_slice())
                .bind(new.pepper.to_string())
                .bind(new.at.0)
                .execute(&mut *$tx)
                .await?;
            $crate::audit::append_event!($tx, $event)?;
            Ok::<_, $crate::StoreError>(None)
        }
        .await
    };
}
pub(crate) use insert_key_row;

impl Store {
    /// Inserts a key, its digest and the event, or finds the key that the same form has made before.
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
                advance_position!(tx, self)?;
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

    /// Records that a person confirmed that the secret is stored.
    ///
    /// # Errors
    /// `NotFound` if there is no such unconfirmed key.
    pub async fn confirm_key(
        &self,
        app: ApplicationId,
        id: KeyId,
        event: &AuditEvent,
    ) -> Result<IndexRow, StoreError> {
        change_key!(
            self,
            event,
            any_application,
            sql::KEY_CONFIRM,
            app,
            id,
            event.at.0
        )
    }

    /// Deactivates a key.
    ///
    /// # Errors
    /// `NotFound` if there is no such active key.
    pub async fn deactivate_key(
        &self,
        app: ApplicationId,
        id: KeyId,
        event: &AuditEvent,
    ) -> Result<IndexRow, StoreError> {
        change_key!(
            self,
            event,
            any_application,
            sql::KEY_DEACTIVATE,
            app,
            id,
            event.at.0
        )
    }

    /// Activates a key.
    ///
    /// # Errors
    /// `NotFound` if there is no such inactive key; `Application` if the application is archived.
    pub async fn activate_key(
        &self,
        app: ApplicationId,
        id: KeyId,
        event: &AuditEvent,
    ) -> Result<IndexRow, StoreError> {
        change_key!(
            self,
            event,
            lock_usable_application,
            sql::KEY_ACTIVATE,
            app,
            id
        )
    }

    /// Changes a key to what the draft says, except for its environment.
    ///
    /// # Errors
    /// `NotFound` if there is no such key, or it is revoked; `Application` if the application is archived.
    pub async fn change_key(
        &self,
        app: ApplicationId,
        id: KeyId,
        draft: &KeyDraft,
        event: &AuditEvent,
    ) -> Result<IndexRow, StoreError> {
        change_key!(
            self,
            event,
            lock_usable_application,
            sql::KEY_UPDATE,
            app,
            id,
            draft.name.as_str(),
            draft.description.as_str(),
            draft.scopes.to_string(),
            draft.ip_rules.to_string(),
            draft.expiry.at().map(|at| at.0),
            draft.rate_limit.map(|limit| i64::from(limit.requests)),
            draft.rate_limit.map(|limit| i64::from(limit.window_ms))
        )
    }

    /// Makes a key expire, in an archived application too.
    ///
    /// # Errors
    /// `NotFound` if there is no such key, or it is revoked.
    pub async fn expire_key(
        &self,
        app: ApplicationId,
        id: KeyId,
        expires_at: Timestamp,
        event: &AuditEvent,
    ) -> Result<IndexRow, StoreError> {
        change_key!(
            self,
            event,
            any_application,
            sql::KEY_EXPIRE,
            app,
            id,
            expires_at.0
        )
    }

    /// Deactivates a key that is active, or is inactive because its application was archived: restoring the application does not
    /// activate it then.
    ///
    /// # Errors
    /// `NotFound` if there is no such key.
    pub async fn deactivate_key_for_good(
        &self,
        app: ApplicationId,
        id: KeyId,
        event: &AuditEvent,
    ) -> Result<IndexRow, StoreError> {
        change_key!(
            self,
            event,
            any_application,
            sql::KEY_DEACTIVATE_FOR_GOOD,
            app,
            id,
            event.at.0
        )
    }

    /// Returns the keys that are inactive because their application was archived, and since when.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn archived_keys(&self) -> Result<Vec<(KeyId, Timestamp)>, StoreError> {
        let rows: Vec<(String, i64)> = read!(self, |pool| {
            sqlx::query_as(sql::KEYS_ARCHIVED).fetch_all(pool).await
        })?;
        rows.iter()
            .map(|(id, at)| Ok((parse("id", id)?, Timestamp(*at))))
            .collect()
    }

    /// Revokes a key. This is final.
    ///
    /// # Errors
    /// `NotFound` if there is no such key, or it is revoked.
    pub async fn revoke_key(
        &self,
        app: ApplicationId,
        id: KeyId,
        reason: &str,
        event: &AuditEvent,
    ) -> Result<IndexRow, StoreError> {
        change_key!(
            self,
            event,
            any_application,
            sql::KEY_REVOKE,
            app,
            id,
            event.at.0,
            reason
        )
    }
}

/// Escapes `%`, `_` and `\` in text for a `LIKE` pattern with `ESCAPE '\'`.
pub(crate) fn escape_like(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}
