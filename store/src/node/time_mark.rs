//! The high-water mark of the clock: a later process starts no earlier, even if the machine's clock was set back.

use crate::{Store, StoreError, read, sql, transaction};
use domain::time::Timestamp;

impl Store {
    /// Returns the mark that was written last.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn time_mark(&self) -> Result<Option<Timestamp>, StoreError> {
        let row: Option<(i64,)> = read!(self, |pool| sqlx::query_as(sql::TIME_MARK)
            .fetch_optional(pool)
            .await)?;
        Ok(row.map(|(mark,)| Timestamp(mark)))
    }

    /// Writes a mark, unless a newer one exists.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn set_time_mark(&self, mark: Timestamp) -> Result<(), StoreError> {
        transaction!(self, |tx| sqlx::query(sql::TIME_MARK_SET)
            .bind(mark.0)
            .execute(&mut *tx)
            .await
            .map(drop)?)?;
        Ok(())
    }

    /// Deletes the mark, so that the machine's clock is trusted again.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_time_mark(&self) -> Result<(), StoreError> {
        transaction!(self, |tx| sqlx::query(sql::TIME_MARK_DELETE)
            .execute(&mut *tx)
            .await
            .map(drop)?)?;
        Ok(())
    }
}
