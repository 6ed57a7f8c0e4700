//! Notes of what was counted, until the batch that they are part of is written.

use crate::{Store, StoreError, deferrable_transaction, sql, with_read_pool};
use futures_util::TryStreamExt as _;
use uuid::Uuid;

impl Store {
    /// Writes a note, once. What it says is part of a batch: [`Store::add_usage`] takes it away with that.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn note_usage(&self, batch: Uuid, seq: i64, body: &[u8]) -> Result<(), StoreError> {
        deferrable_transaction!(self, |tx| {
            sqlx::query(sql::USAGE_JOURNAL_INSERT)
                .bind(batch)
                .bind(seq)
                .bind(body)
                .execute(&mut *tx)
                .await?;
        })?;
        Ok(())
    }

    /// Lets `take` see every note with its batch, those of a batch in their order.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn each_usage_note(
        &self,
        mut take: impl FnMut(Uuid, &[u8]),
    ) -> Result<(), StoreError> {
        with_read_pool!(self, |pool| {
            let mut rows = sqlx::query_as::<_, (Uuid, Vec<u8>)>(sql::USAGE_JOURNAL_ALL).fetch(pool);
            while let Some((batch, body)) = rows.try_next().await? {
                take(batch, &body);
            }
        });
        Ok(())
    }
}
