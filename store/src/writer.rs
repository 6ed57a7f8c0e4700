//! A connection for one transaction that writes.
//!
//! After some failures (a full disk, an I/O error) SQLite rolls back by itself while sqlx still counts the transaction
//! as open, and every later one on that connection fails; on PostgreSQL a statement may still be on its way. So a connection
//! goes back to the pool when it is known to be as good as before; after anything else, a dropped future included, it is
//! closed, and the next transaction opens a new one.

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

    /// The connection is as good as before.
    pub(crate) fn give_back(mut self) {
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
