//! Whether the database answers and can be written, and the space on the disk of an SQLite file.

use super::disk::blocking;
use crate::{Store, StoreError, deferrable_transaction, read, sql};
use domain::time::Timestamp;
use std::io;

impl Store {
    /// Runs a trivial query.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn ping(&self) -> Result<(), StoreError> {
        read!(self, |pool| sqlx::query(sql::PING)
            .execute(pool)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Writes a row, to find out whether the database can be written. It never uses the disk reserve.
    ///
    /// # Errors
    /// `Unwritable` if the disk, the file or the server does not allow it; if the database does not answer.
    pub async fn probe_write(&self, now: Timestamp) -> Result<(), StoreError> {
        self.check_disk().await;
        deferrable_transaction!(self, |tx| {
            sqlx::query(sql::WRITE_PROBE)
                .bind(now.0)
                .execute(&mut *tx)
                .await?;
        })
    }

    /// Keeps a reserve file on the disk of an SQLite file from now on, so that a revocation can be written to a full disk.
    ///
    /// # Errors
    /// If there is no room for it now; it is made as soon as there is.
    pub async fn keep_disk_reserve(&self) -> io::Result<()> {
        match self {
            Self::Sqlite { disk, .. } => {
                let disk = disk.clone();
                blocking(move || disk.keep_reserve()).await?
            }
            Self::Postgres { .. } => Ok(()),
        }
    }

    /// Checks whether an SQLite file still exists and whether a full disk has room again, and restores the reserve. The
    /// result is [`Disk::fault`](crate::Disk::fault).
    pub async fn check_disk(&self) {
        if let Self::Sqlite { disk, .. } = self {
            let disk = disk.clone();
            // It fails only if it panics.
            let _ = blocking(move || disk.check()).await;
        }
    }
}
