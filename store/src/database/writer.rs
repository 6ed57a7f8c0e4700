//! A connection for one read-write transaction.
//!
//! After some failures (a full disk, an I/O error) SQLite rolls back by itself while sqlx still counts the transaction
//! as open, and every later one on that connection fails; on PostgreSQL a statement may still be on its way. So a connection
//! returns to the pool only if it is known to be usable; after anything else, a dropped future included, it is closed, and
//! the next transaction opens a new one.

use crate::StoreError;
use sqlx::{Database, Pool, pool::PoolConnection};

pub(crate) struct Writer<DB: Database>(Option<PoolConnection<DB>>);

impl<DB: Database> Writer<DB> {
    pub(crate) async fn acquire(pool: &Pool<DB>) -> sqlx::Result<Self> {
        Ok(Self(Some(pool.acquire().await?)))
    }

    pub(crate) fn connection(&mut self) -> sqlx::Result<&mut DB::Connection> {
        let connection = self.0.as_deref_mut();
        connection.ok_or(sqlx::Error::WorkerCrashed)
    }

    /// Ends a transaction: returns the connection to the pool, or closes it if its state is not certain.
    ///
    /// # Errors
    /// The result's own error; `OutcomeUnknown` around it if the commit was begun and its outcome is unknown.
    pub(crate) fn finish<T>(
        self,
        result: Result<T, StoreError>,
        committing: bool,
    ) -> Result<T, StoreError> {
        match result {
            Ok(value) => {
                self.return_to_pool();
                Ok(value)
            }
            Err(error) => {
                if error.leaves_connection_usable() {
                    self.return_to_pool();
                }
                // A commit that lacks disk space commits nothing.
                if committing && !error.is_out_of_space() {
                    Err(StoreError::OutcomeUnknown(Box::new(error)))
                } else {
                    Err(error)
                }
            }
        }
    }

    fn return_to_pool(mut self) {
        drop(self.0.take());
    }
}

impl<DB: Database> Drop for Writer<DB> {
    fn drop(&mut self) {
        if let Some(connection) = &mut self.0 {
            connection.close_on_drop();
        }
    }
}
