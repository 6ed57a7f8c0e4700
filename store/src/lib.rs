//! Rows and SQL. One text of each statement serves SQLite and PostgreSQL; every method that changes something takes
//! the audit event of the change and writes both in one transaction.

mod audit;
mod decisions;
mod error;
mod index;
mod keys;
mod list;
mod many;
mod members;
mod ownership;
mod people;
mod revoke_all;
mod rotation;
mod row;
mod security;
mod sessions;
pub mod sql;
mod support;
mod usage;

pub use audit::{AuditHead, AuditLine, Break, Damage};
pub use error::StoreError;
pub use index::IndexRow;
pub use keys::{Inserted, NewKey};
pub use list::DayOfUse;
pub use members::{Acceptance, InvitationRow, Joining, NewInvitation};
pub use ownership::{Hold, Ownership};
pub use people::{Membership, NewPerson, PersonRow};
pub use security::{NewSighting, Sight};
pub use sessions::{NewSession, SessionRow};
pub use support::FoundKey;
pub use usage::{
    KeyDay, LastUse, Old, ReportPart, Seen, UsageBatch, UsageBy, UsageCount, UsageReport,
};

use sqlx::{
    PgPool, SqlitePool,
    migrate::{MigrateError, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{str::FromStr, time::Duration};

static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres");

/// How long a statement waits for a connection before the database counts as unavailable.
const ACQUIRE: Duration = Duration::from_secs(2);

/// The database.
#[derive(Clone, Debug)]
pub enum Store {
    /// A file: one connection writes, some read.
    Sqlite {
        /// The only connection that writes.
        writer: SqlitePool,
        /// Connections that cannot write.
        readers: SqlitePool,
    },
    /// A server.
    Postgres(PgPool),
}

/// Runs one body against whichever pool reads.
macro_rules! read {
    ($store:expr, |$pool:ident| $body:expr) => {
        match $store {
            $crate::Store::Sqlite { readers: $pool, .. } => $body,
            $crate::Store::Postgres($pool) => $body,
        }
    };
}

/// Runs one body in a transaction that may write, and commits. SQLite begins it `IMMEDIATE`: a deferred one that reads
/// first fails with "locked" however long it would wait.
macro_rules! write {
    ($store:expr, |$tx:ident| $body:expr) => {
        match $store {
            $crate::Store::Sqlite { writer, .. } => {
                let mut $tx = writer.begin_with("BEGIN IMMEDIATE").await?;
                let value = $body;
                $tx.commit().await?;
                value
            }
            $crate::Store::Postgres(pool) => {
                let mut $tx = pool.begin().await?;
                let value = $body;
                $tx.commit().await?;
                value
            }
        }
    };
}
pub(crate) use {read, write};

impl Store {
    /// Opens the database at `url` (`sqlite://path` or `postgres://…`), makes it where it does not exist, and brings
    /// its schema up to date.
    ///
    /// # Errors
    /// Where the URL is of neither kind, the database cannot be reached, or it was made by a newer version.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let store = if url.starts_with("sqlite:") {
            Self::open_sqlite(url).await?
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let options = PgPoolOptions::new()
                .max_connections(16)
                .acquire_timeout(ACQUIRE);
            Self::Postgres(options.connect(url).await?)
        } else {
            return Err(StoreError::UnknownKind);
        };
        store.migrate().await?;
        Ok(store)
    }

    /// Opens the database at `url` as it is, for reading alone: another process may own it.
    ///
    /// # Errors
    /// As [`Store::open`]; where it does not exist, or its schema is of another version.
    pub async fn open_to_read(url: &str) -> Result<Self, StoreError> {
        let store = if url.starts_with("sqlite:") {
            let options = sqlite(url)?.read_only(true).create_if_missing(false);
            let readers = SqlitePoolOptions::new()
                .max_connections(1)
                .acquire_timeout(ACQUIRE)
                .connect_with(options)
                .await?;
            Self::Sqlite {
                writer: readers.clone(),
                readers,
            }
        } else {
            let options = PgConnectOptions::from_str(url)
                .map_err(|_| StoreError::UnknownKind)?
                .options([("default_transaction_read_only", "on")]);
            let pool = PgPoolOptions::new().acquire_timeout(ACQUIRE);
            Self::Postgres(pool.connect_with(options).await?)
        };
        let ours = SQLITE.iter().map(|migration| migration.version).max();
        let (theirs,): (Option<i64>,) = read!(&store, |pool| {
            sqlx::query_as(sql::SCHEMA_VERSION).fetch_one(pool).await
        })?;
        match theirs {
            theirs if theirs == ours => Ok(store),
            Some(newer) if Some(newer) > ours => Err(MigrateError::VersionMissing(newer).into()),
            _ => Err(StoreError::Outdated),
        }
    }

    async fn open_sqlite(url: &str) -> Result<Self, StoreError> {
        let options = sqlite(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // An answered revocation survives a power cut.
            .synchronous(SqliteSynchronous::Full);
        if let Some(folder) = options
            .get_filename()
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            tokio::fs::create_dir_all(folder)
                .await
                .map_err(StoreError::Folder)?;
        }
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(5))
            .connect_with(options.clone())
            .await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(ACQUIRE)
            .connect_lazy_with(options.create_if_missing(false).pragma("query_only", "on"));
        Ok(Self::Sqlite { writer, readers })
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { writer, .. } => SQLITE.run(writer).await?,
            Self::Postgres(pool) => POSTGRES.run(pool).await?,
        }
        Ok(())
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// Where it gives none.
    pub async fn ping(&self) -> Result<(), StoreError> {
        read!(self, |pool| sqlx::query(sql::PING)
            .execute(pool)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Ends every connection; SQLite's write-ahead log goes into the file.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// What every connection to a file has.
fn sqlite(url: &str) -> Result<SqliteConnectOptions, StoreError> {
    Ok(SqliteConnectOptions::from_str(url)?
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .pragma("temp_store", "memory")
        .pragma("cache_size", "-65536"))
}
