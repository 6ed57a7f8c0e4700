//! Replacing a key by a new one.

use crate::{
    ChangeScope, IndexRow, KeyInsertion, NewKey, Store, StoreError, change_row,
    key::index::{advance_position, select_index_row},
    key::{changes::change_key, insert_key_row},
    read,
    record::append_event,
    row::parse,
    sql, transaction,
};
use domain::{
    audit::AuditEvent,
    id::{ApplicationId, IdempotencyKey},
    key::token::KeyId,
    time::Timestamp,
};

impl Store {
    /// Inserts a key that replaces `old`, which retires from `new.at` until `retires_at`, with both events in one transaction; or
    /// finds the key that a request with the same idempotency key has made before.
    ///
    /// # Errors
    /// `NotFound` if there is no such old key, or it is revoked or replaced; `Application` if the application is archived. Nothing
    /// is written then.
    pub async fn replace_key(
        &self,
        new: &NewKey<'_>,
        old: KeyId,
        retires_at: Timestamp,
        created: &AuditEvent,
        replaced: &AuditEvent,
    ) -> Result<KeyInsertion, StoreError> {
        let inserted = transaction!(self, |tx| {
            let before: Option<KeyId> = insert_key_row!(tx, new, created)?;
            if let Some(id) = before {
                KeyInsertion::Existing(id)
            } else {
                change_row!(
                    tx,
                    sql::KEY_REPLACE,
                    new.application.0,
                    old.to_string(),
                    new.at.0,
                    retires_at.0,
                    new.id.to_string()
                )?;
                append_event!(tx, replaced)?;
                advance_position!(tx, self, [ChangeScope::Key(old), ChangeScope::Key(new.id)])?;
                let (old, new) = (select_index_row!(tx, old)?, select_index_row!(tx, new.id)?);
                KeyInsertion::New(old.into_iter().chain(new).collect())
            }
        })?;
        self.record_insertion(&inserted);
        Ok(inserted)
    }

    /// Changes the end of a retiring key.
    ///
    /// # Errors
    /// `NotFound` if there is no such key, or it has ended at `event.at`; `Application` if the application is archived.
    pub async fn move_retirement(
        &self,
        app: ApplicationId,
        id: KeyId,
        retires_at: Timestamp,
        event: &AuditEvent,
    ) -> Result<IndexRow, StoreError> {
        change_key!(
            self,
            event,
            lock_usable_application,
            sql::KEY_MOVE_RETIREMENT,
            app,
            id,
            retires_at.0,
            event.at.0
        )
    }

    /// Returns the key that a request with the same idempotency key has made before. Only a regeneration asks this beforehand: the
    /// old key of a repeated request is already replaced, and would be refused. [`Store::insert_key`] finds such a key itself.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn key_by_idempotency_key(
        &self,
        app: ApplicationId,
        idempotency_key: IdempotencyKey,
    ) -> Result<Option<KeyId>, StoreError> {
        let row: Option<(String,)> = read!(self, |pool| {
            sqlx::query_as(sql::KEY_BY_IDEMPOTENCY_KEY)
                .bind(app.0)
                .bind(idempotency_key.0)
                .fetch_optional(pool)
                .await
        })?;
        row.map(|(id,)| parse("id", &id)).transpose()
    }
}
