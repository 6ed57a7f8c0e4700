//! Copies of an SQLite database, and whether a file is whole. PostgreSQL has its own tools for both.

use crate::{Fault, Store, StoreError, disk::sync_folder};
use sqlx::SqlitePool;
use std::{fs::File, path::Path};

/// Statements that only SQLite knows.
const COPY: &str = "VACUUM INTO $1";
const ORPHANS: &str = "PRAGMA foreign_key_check";

/// What SQLite looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Every page, but not whether each index agrees with its table: reads the file once.
    Quick,
    /// That too, and foreign keys.
    Full,
}

impl Store {
    /// Writes the database, as of one instant and without what was deleted, into the empty file at `path`; returns once it
    /// is on the disk. Others read and write meanwhile.
    ///
    /// # Errors
    /// Where it is a database of PostgreSQL, the file is not empty, or the disk or the database fails.
    pub async fn copy_to(&self, path: &Path) -> Result<(), StoreError> {
        let Self::Sqlite { readers, .. } = self else {
            return Err(StoreError::UnknownKind);
        };
        let text = path.to_str().ok_or(StoreError::FileUri)?;
        sqlx::query(COPY).bind(text).execute(readers).await?;
        let path = path.to_owned();
        crate::blocking(move || {
            File::open(&path)?.sync_all()?;
            sync_folder(&path)
        })
        .await
        .flatten()
        .map_err(StoreError::Folder)
    }

    /// Looks for pages of an SQLite file that cannot be right.
    ///
    /// # Errors
    /// `Damaged` with the first thing that is wrong.
    pub async fn check(&self, check: Check) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { readers, .. } => check_pages(readers, check).await,
            Self::Postgres { .. } => Ok(()),
        }
    }
}

/// As [`Store::check`], on any connection.
pub(crate) async fn check_pages(pool: &SqlitePool, check: Check) -> Result<(), StoreError> {
    let statement = match check {
        Check::Quick => "PRAGMA quick_check(1)",
        Check::Full => "PRAGMA integrity_check(1)",
    };
    let (found,): (String,) = sqlx::query_as(statement).fetch_one(pool).await?;
    if found != "ok" {
        let line: Vec<&str> = found.split_whitespace().collect();
        return Err(StoreError::Damaged(line.join(" ")));
    }
    if check == Check::Full {
        let orphan = sqlx::query(ORPHANS).fetch_optional(pool).await?;
        if orphan.is_some() {
            return Err(StoreError::Damaged(
                "a row refers to one that is missing".into(),
            ));
        }
    }
    Ok(())
}

impl StoreError {
    /// Whether the database holds what cannot be right.
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
