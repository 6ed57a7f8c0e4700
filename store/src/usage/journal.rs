//! The usage journal: counts of each second, until the batch that they belong to is in the rollups.

use crate::{Store, StoreError, deferrable_transaction, execute, sql, with_read_pool};
use futures_util::TryStreamExt as _;
use uuid::Uuid;

impl Store {
    /// Appends an entry to the journal, once. [`Store::add_usage`] deletes the entries of the batch that it adds.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn append_usage_journal(
        &self,
        batch: Uuid,
        seq: i64,
        body: &[u8],
    ) -> Result<(), StoreError> {
        deferrable_transaction!(self, |tx| {
            execute!(
                tx,
                sql::USAGE_JOURNAL_INSERT,
                batch,
                seq,
                self.fence().node(),
                body
            )?;
        })
    }

    /// Calls `visit` with the batch and the body of every entry that a process with the id `node` left, or a process that is not
    /// registered in a batch with a lower id than `before`; the entries of a batch in their order.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn for_each_usage_journal_entry(
        &self,
        (node, before): (Uuid, Uuid),
        mut visit: impl FnMut(Uuid, &[u8]),
    ) -> Result<(), StoreError> {
        with_read_pool!(self, |pool| {
            let mut rows = sqlx::query_as::<_, (Uuid, Vec<u8>)>(sql::USAGE_JOURNAL_ALL)
                .bind(node)
                .bind(before)
                .fetch(pool);
            while let Some((batch, body)) = rows.try_next().await? {
                visit(batch, &body);
            }
        });
        Ok(())
    }
}
