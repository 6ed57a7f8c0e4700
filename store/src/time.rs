//! The newest time that is certain: a later process begins no earlier.

use crate::{Store, StoreError, read, sql, transaction};
use domain::time::Timestamp;

impl Store {
    /// The mark that was written last.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn time_mark(&self) -> Result<Option<Timestamp>, StoreError> {
        let row: Option<(i64,)> = read!(self, |pool| sqlx::query_as(sql::TIME_MARK)
            .fetch_optional(pool)
            .await)?;
        Ok(row.map(|(mark,)| Timestamp(mark)))
    }

    /// Writes a mark; one that is newer already stays.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn mark_time(&self, mark: Timestamp) -> Result<(), StoreError> {
        transaction!(self, |tx| sqlx::query(sql::TIME_MARK_SET)
            .bind(mark.0)
            .execute(&mut *tx)
            .await
            .map(drop)?)?;
        Ok(())
    }

    /// Lets the machine's clock be believed again, whatever was seen before.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn forget_time_mark(&self) -> Result<(), StoreError> {
        transaction!(self, |tx| sqlx::query(sql::TIME_MARK_DELETE)
            .execute(&mut *tx)
            .await
            .map(drop)?)?;
        Ok(())
    }
}
