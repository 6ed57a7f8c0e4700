//! Copies and integrity checks of SQLite databases. PostgreSQL has its own tools for both.

use super::disk::{blocking, sync_folder};
use crate::{Fault, Store, StoreError};
use sqlx::SqlitePool;
use std::{fs::File, path::Path};

const COPY: &str = "VACUUM INTO $1";
const ORPHANS: &str = "PRAGMA foreign_key_check";

/// The extent of an integrity check of SQLite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntegrityCheck {
    /// Checks every page, but not whether indexes match their tables. Reads the file once.
    Quick,
    /// Checks pages, indexes and foreign keys.
    Full,
}

impl Store {
    /// Copies the database, as of one instant and without deleted data, into the empty file at `path`, and syncs it. Reads and
    /// writes continue meanwhile.
    ///
    /// # Errors
    /// If the database is PostgreSQL, the file is not empty, or the disk or the database fails.
    pub async fn copy_to(&self, path: &Path) -> Result<(), StoreError> {
        let Self::Sqlite { readers, .. } = self else {
            return Err(StoreError::UnknownKind);
        };
        let text = path.to_str().ok_or(StoreError::FileUri)?;
        sqlx::query(COPY).bind(text).execute(readers).await?;
        let path = path.to_owned();
        blocking(move || {
            File::open(&path)?.sync_all()?;
            sync_folder(&path)
        })
        .await
        .flatten()
        .map_err(StoreError::Folder)
    }

    /// Looks for damage in an SQLite file. A PostgreSQL database is not checked.
    ///
    /// # Errors
    /// `Damaged` with the first finding.
    pub async fn check(&self, check: IntegrityCheck) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { readers, .. } => check_pages(readers, check).await,
            Self::Postgres { .. } => Ok(()),
        }
    }
}

/// Like [`Store::check`], on any pool.
pub(crate) async fn check_pages(
    pool: &SqlitePool,
    check: IntegrityCheck,
) -> Result<(), StoreError> {
    let statement = match check {
        IntegrityCheck::Quick => "PRAGMA quick_check(1)",
        IntegrityCheck::Full => "PRAGMA integrity_check(1)",
    };
    let (found,): (String,) = sqlx::query_as(statement).fetch_one(pool).await?;
    if found != "ok" {
        let line: Vec<&str> = found.split_whitespace().collect();
        return Err(StoreError::Damaged(line.join(" ")));
    }
    if check == IntegrityCheck::Full {
        let orphan = sqlx::query(ORPHANS).fetch_optional(pool).await?;
        if orphan.is_some() {
            return Err(StoreError::Damaged("a row refers to a missing row".into()));
        }
    }
    Ok(())
}

impl StoreError {
    /// Whether the database holds damaged pages or rows.
    pub fn is_damage(&self) -> bool {
        matches!(
            self,
            Self::Damaged(_)
                | Self::Corrupt(_)
                | Self::Unwritable {
                    fault: Fault::Damaged,
                    ..
                }
        )
    }
}
