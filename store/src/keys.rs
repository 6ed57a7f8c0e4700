//! Keys and the digests of their secrets.

use crate::{
    IndexRow, PepperName, Store, StoreError,
    audit::append_event,
    index::{advance_position, select_index_row},
    read,
    row::KeyRow,
    sql, transaction,
};
use domain::{
    audit::Event,
    id::{AccountId, ApplicationId, IdempotencyKey, PersonId, SecretId},
    key::{KeyDraft, KeySummary, token::KeyId},
    time::Timestamp,
};

/// A key to be written, with its secret's digest.
#[derive(Debug)]
pub struct NewKey<'a> {
    /// The public key id.
    pub id: KeyId,
    /// Whose.
    pub account: AccountId,
    /// Of which application.
    pub application: ApplicationId,
    /// What was asked for.
    pub draft: &'a KeyDraft,
    /// Who asked.
    pub created_by: PersonId,
    /// When.
    pub at: Timestamp,
    /// The form's promise to be carried out once.
    pub once: IdempotencyKey,
    /// The secret's id.
    pub secret_id: SecretId,
    /// HMAC-SHA-256 of the secret.
    pub digest: &'a [u8; 32],
    /// The name of the pepper.
    pub pepper: PepperName,
}

/// What became of an insertion.
#[derive(Clone, Debug)]
pub enum Inserted {
    /// It was written. These keys are new or were changed.
    New(Vec<IndexRow>),
    /// The form had been carried out before, and made this key.
    Before(KeyId),
}

/// Changes one key and writes the event. Evaluates to a `Result` with the key for the gate's index: `NotFound` if no row
/// was changed.
macro_rules! change_key {
    ($store:expr, $event:expr, $sql:expr, $app:expr, $id:expr $(, $value:expr)*) => {
        transaction!($store, |tx| {
            let changed = sqlx::query($sql)
                .bind($app.0)
                .bind($id.to_string())
                $(.bind($value))*
                .execute(&mut *tx)
                .await?;
            if changed.rows_affected() == 0 {
                return Err(StoreError::NotFound);
            }
            append_event!(tx, $event)?;
            advance_position!(tx, $store)?;
            select_index_row!(tx, $id)?.ok_or(StoreError::NotFound)?
        })
        .inspect(|row: &IndexRow| $store.fence().saw(row.position))
    };
}

/// Inside a transaction: inserts a key, its digest and the event. Evaluates to a `Result` with the key that the same form
/// has made before, in which case nothing is written.
macro_rules! insert_key_row {
    ($tx:ident, $new:expr, $event:expr) => {
        async {
            let new: &$crate::NewKey<'_> = $new;
            let draft = new.draft;
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
                .bind(new.once.0)
                .bind(draft.rate_limit.map(|limit| i64::from(limit.requests)))
                .bind(draft.rate_limit.map(|limit| i64::from(limit.window_ms)))
                .execute(&mut *$tx)
                .await?;
            if inserted.rows_affected() == 0 {
                let (id,): (String,) = sqlx::query_as($crate::sql::KEY_BY_IDEMPOTENCY_KEY)
                    .bind(new.application.0)
                    .bind(new.once.0)
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
    /// Writes a key, its digest and the event, or finds the key that the same form made before.
    ///
    /// # Errors
    /// `Conflict` where the id is taken.
    pub async fn insert_key(
        &self,
        new: &NewKey<'_>,
        event: &Event,
    ) -> Result<Inserted, StoreError> {
        let inserted = transaction!(self, |tx| {
            let before: Option<KeyId> = insert_key_row!(tx, new, event)?;
            if let Some(id) = before {
                Inserted::Before(id)
            } else {
                advance_position!(tx, self)?;
                Inserted::New(Vec::from_iter(select_index_row!(tx, new.id)?))
            }
        })?;
        self.saw(&inserted);
        Ok(inserted)
    }

    /// Notes the position of an insertion that was committed.
    pub(crate) fn saw(&self, inserted: &Inserted) {
        if let Inserted::New(rows) = inserted {
            for row in rows {
                self.fence().saw(row.position);
            }
        }
    }

    /// One key of the application.
    ///
    /// # Errors
    /// `NotFound` where the application has no such key.
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

    /// Whether there is any key at all.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn has_keys(&self) -> Result<bool, StoreError> {
        let (found,): (i64,) = read!(self, |pool| sqlx::query_as(sql::KEY_SECRETS_COUNT_ANY)
            .fetch_one(pool)
            .await)?;
        Ok(found > 0)
    }

    /// Notes that somebody said the secret is stored.
    ///
    /// # Errors
    /// `NotFound` where there is no such key that was not confirmed.
    pub async fn confirm_key(
        &self,
        app: ApplicationId,
        id: KeyId,
        event: &Event,
    ) -> Result<IndexRow, StoreError> {
        change_key!(self, event, sql::KEY_CONFIRM, app, id, event.at.0)
    }

    /// Switches a key off.
    ///
    /// # Errors
    /// `NotFound` where there is no such key that is on.
    pub async fn deactivate_key(
        &self,
        app: ApplicationId,
        id: KeyId,
        event: &Event,
    ) -> Result<IndexRow, StoreError> {
        change_key!(self, event, sql::KEY_DEACTIVATE, app, id, event.at.0)
    }

    /// Switches a key on.
    ///
    /// # Errors
    /// `NotFound` where there is no such key that is off.
    pub async fn activate_key(
        &self,
        app: ApplicationId,
        id: KeyId,
        event: &Event,
    ) -> Result<IndexRow, StoreError> {
        change_key!(self, event, sql::KEY_ACTIVATE, app, id)
    }

    /// Makes a key what the draft says, but for its environment.
    ///
    /// # Errors
    /// `NotFound` where there is no such key that was not revoked.
    pub async fn change_key(
        &self,
        app: ApplicationId,
        id: KeyId,
        draft: &KeyDraft,
        event: &Event,
    ) -> Result<IndexRow, StoreError> {
        change_key!(
            self,
            event,
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

    /// Revokes a key, for ever.
    ///
    /// # Errors
    /// `NotFound` where there is no such key that was not revoked.
    pub async fn revoke_key(
        &self,
        app: ApplicationId,
        id: KeyId,
        reason: &str,
        event: &Event,
    ) -> Result<IndexRow, StoreError> {
        change_key!(self, event, sql::KEY_REVOKE, app, id, event.at.0, reason)
    }
}

/// Text for a `LIKE` pattern with `ESCAPE '\'` in which `%`, `_` and `\` mean themselves.
pub(crate) fn literally(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}
