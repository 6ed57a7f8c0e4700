//! Keys and the digests of their secrets.

use crate::{
    IndexRow, PepperName, Store, StoreError,
    audit::append,
    index::{advance, index_row},
    read,
    row::KeyRow,
    sql, write,
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

/// A change of one key, and what the gate's index has to know of it now. Where there is no such row it is `NotFound`.
macro_rules! change_key {
    ($store:expr, $event:expr, $sql:expr, $app:expr, $id:expr $(, $value:expr)*) => {{
        let row = write!($store, |tx| {
            let done = sqlx::query($sql)
                .bind($app.0)
                .bind($id.to_string())
                $(.bind($value))*
                .execute(&mut *tx)
                .await?;
            if done.rows_affected() == 0 {
                return Err(StoreError::NotFound);
            }
            append!(tx, $event);
            advance!(tx, $store);
            index_row!(tx, $id).ok_or(StoreError::NotFound)?
        });
        $store.fence().saw(row.position);
        Ok(row)
    }};
}

/// Inside a transaction: writes a key, its digest and the event; or finds the key that the same form made before.
macro_rules! put_key {
    ($tx:ident, $new:expr, $event:expr) => {{
        let new: &$crate::NewKey<'_> = $new;
        let draft = new.draft;
        let done = sqlx::query($crate::sql::KEY_INSERT)
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
        if done.rows_affected() == 0 {
            let (id,): (String,) = sqlx::query_as($crate::sql::KEY_BY_ONCE)
                .bind(new.application.0)
                .bind(new.once.0)
                .fetch_one(&mut *$tx)
                .await?;
            Some($crate::row::parse("id", &id)?)
        } else {
            sqlx::query($crate::sql::SECRET_INSERT)
                .bind(new.secret_id.0)
                .bind(new.id.to_string())
                .bind(new.digest.as_slice())
                .bind(new.pepper.to_string())
                .bind(new.at.0)
                .execute(&mut *$tx)
                .await?;
            $crate::audit::append!($tx, $event);
            None
        }
    }};
}
pub(crate) use put_key;

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
        let inserted = write!(self, |tx| {
            let before: Option<KeyId> = put_key!(tx, new, event);
            if let Some(id) = before {
                Inserted::Before(id)
            } else {
                advance!(tx, self);
                Inserted::New(Vec::from_iter(index_row!(tx, new.id)))
            }
        });
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
        let (found,): (i64,) = read!(self, |pool| sqlx::query_as(sql::SECRETS_ANY)
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
            sql::KEY_CHANGE,
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
