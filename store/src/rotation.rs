//! A key in the place of another.

use crate::{
    IndexRow, Inserted, NewKey, Store, StoreError,
    audit::append_event,
    index::{advance_position, select_index_row},
    keys::insert_key_row,
    read,
    row::parse,
    sql, transaction,
};
use domain::{
    audit::Event,
    id::{ApplicationId, IdempotencyKey},
    key::token::KeyId,
    time::Timestamp,
};

impl Store {
    /// Writes a key and marks `old` as replaced by it since `new.at` until `retires_at`, with both events, in one
    /// transaction; or finds the key that the same form made before.
    ///
    /// # Errors
    /// `NotFound` where there is no such old key, or it is revoked or replaced already: nothing is written then.
    pub async fn replace_key(
        &self,
        new: &NewKey<'_>,
        old: KeyId,
        retires_at: Timestamp,
        created: &Event,
        replaced: &Event,
    ) -> Result<Inserted, StoreError> {
        let inserted = transaction!(self, |tx| {
            let before: Option<KeyId> = insert_key_row!(tx, new, created)?;
            if let Some(id) = before {
                Inserted::Before(id)
            } else {
                let done = sqlx::query(sql::KEY_REPLACE)
                    .bind(new.application.0)
                    .bind(old.to_string())
                    .bind(new.at.0)
                    .bind(retires_at.0)
                    .bind(new.id.to_string())
                    .execute(&mut *tx)
                    .await?;
                if done.rows_affected() == 0 {
                    return Err(StoreError::NotFound);
                }
                append_event!(tx, replaced)?;
                advance_position!(tx, self)?;
                let (old, new) = (select_index_row!(tx, old)?, select_index_row!(tx, new.id)?);
                Inserted::New(old.into_iter().chain(new).collect())
            }
        })?;
        self.saw(&inserted);
        Ok(inserted)
    }

    /// Moves the end of a key that is being retired.
    ///
    /// # Errors
    /// `NotFound` where there is no such key, or it has ended at `event.at`.
    pub async fn move_retirement(
        &self,
        app: ApplicationId,
        id: KeyId,
        retires_at: Timestamp,
        event: &Event,
    ) -> Result<IndexRow, StoreError> {
        let row = transaction!(self, |tx| {
            let done = sqlx::query(sql::KEY_MOVE_RETIREMENT)
                .bind(app.0)
                .bind(id.to_string())
                .bind(retires_at.0)
                .bind(event.at.0)
                .execute(&mut *tx)
                .await?;
            if done.rows_affected() == 0 {
                return Err(StoreError::NotFound);
            }
            append_event!(tx, event)?;
            advance_position!(tx, self)?;
            select_index_row!(tx, id)?.ok_or(StoreError::NotFound)?
        })?;
        self.fence().saw(row.position);
        Ok(row)
    }

    /// The key that a form has made, where it has made one.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn key_made_by(
        &self,
        app: ApplicationId,
        once: IdempotencyKey,
    ) -> Result<Option<KeyId>, StoreError> {
        let row: Option<(String,)> = read!(self, |pool| {
            sqlx::query_as(sql::KEY_BY_IDEMPOTENCY_KEY)
                .bind(app.0)
                .bind(once.0)
                .fetch_optional(pool)
                .await
        })?;
        row.map(|(id,)| parse("id", &id)).transpose()
    }
}
