//! Rows and SQL. One text of each statement serves SQLite and PostgreSQL; every method that changes something takes
//! the audit event of the change and writes both in one transaction.

// They panic where the log device is gone.
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod audit;
mod beside;
mod capacity;
mod decisions;
mod error;
mod fence;
mod index;
mod keys;
mod list;
mod many;
mod members;
mod ownership;
mod people;
mod pepper;
mod postgres;
mod revoke_all;
mod rotation;
mod row;
mod security;
mod sessions;
pub mod sql;
mod support;
mod time;
mod transaction;
mod usage;

pub use audit::{AuditHead, AuditLine, Break, Damage, SealKey, SealKeys, Sealing};
pub use beside::{NewPasswordReset, PasswordReset, PersonState};
pub use error::StoreError;
pub use fence::Fence;
pub use index::IndexRow;
pub use keys::{Inserted, NewKey};
pub use list::DayOfUse;
pub use members::{Acceptance, InvitationRow, Joining, NewInvitation};
pub use ownership::{Claim, NewNode, Occupant, Ownership, Standby, lease_of};
pub use people::{Membership, NewPerson, PersonRow};
pub use pepper::{DigestUpgrade, PepperName, PepperRows};
pub use postgres::Hosts;
pub use revoke_all::RevokedKeys;
pub use security::{NewSighting, Sight};
pub use sessions::{NewSession, SessionRow};
pub use support::FoundKey;
pub use usage::{
    KeyDay, LastUse, Old, ReportPart, Seen, UsageBatch, UsageBy, UsageCount, UsageReport,
};

use sqlx::{
    Connection, PgPool, SqlitePool,
    migrate::{MigrateError, Migrator},
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{str::FromStr, time::Duration};

static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres");

/// Connections to PostgreSQL, unless it is said.
pub const CONNECTIONS: u32 = 16;

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
        /// This process's claim.
        fence: Fence,
    },
    /// A server.
    Postgres {
        /// Its connections.
        pool: PgPool,
        /// Where else the primary may be.
        hosts: Hosts,
        /// This process's claim.
        fence: Fence,
    },
}

pub(crate) use transaction::{on_pool, read, write};

impl Store {
    /// Opens the database at `url` (`sqlite://path` or `postgres://…`), makes it where it does not exist, and brings
    /// its schema up to date.
    ///
    /// # Errors
    /// Where the URL is of neither kind, the database cannot be reached, or it was made by a newer version.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_with(url, CONNECTIONS).await
    }

    /// [`Store::open`] with so many connections to PostgreSQL at most.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn open_with(url: &str, connections: u32) -> Result<Self, StoreError> {
        let store = if url.starts_with("sqlite:") {
            Self::open_sqlite(url).await?
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Self::open_postgres(url, connections).await?
        } else {
            return Err(StoreError::UnknownKind);
        };
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
                fence: Fence::default(),
            }
        } else {
            let hosts = Hosts::parse(url)?;
            let fence = Fence::default();
            let options = hosts
                .any()
                .await?
                .options([("default_transaction_read_only", "on")]);
            let pool = PgPoolOptions::new().acquire_timeout(ACQUIRE);
            Self::Postgres {
                pool: pool.connect_with(options).await?,
                hosts,
                fence,
            }
        };
        store.check_version().await?;
        Ok(store)
    }

    /// Opens the database at `url` as it is, for short writes to people and sessions beside the process that owns it. What
    /// the gate knows of keys must not be written through it.
    ///
    /// # Errors
    /// As [`Store::open_to_read`].
    pub async fn open_beside(url: &str) -> Result<Self, StoreError> {
        let store = if url.starts_with("sqlite:") {
            let options = sqlite(url)?
                .create_if_missing(false)
                .synchronous(SqliteSynchronous::Full);
            let writer = SqlitePoolOptions::new()
                .max_connections(1)
                .acquire_timeout(ACQUIRE)
                .connect_with(options)
                .await?;
            Self::Sqlite {
                readers: writer.clone(),
                writer,
                fence: Fence::default(),
            }
        } else {
            let hosts = Hosts::parse(url)?;
            let fence = Fence::default();
            let (first, options) = hosts.primary(&fence).await?;
            first.close().await?;
            Self::Postgres {
                pool: postgres::pool(options, 2, &fence),
                hosts,
                fence,
            }
        };
        store.check_version().await?;
        Ok(store)
    }

    /// Whether the schema is the one that this program knows.
    async fn check_version(&self) -> Result<(), StoreError> {
        let ours = SQLITE.iter().map(|migration| migration.version).max();
        let (theirs,): (Option<i64>,) = read!(self, |pool| {
            sqlx::query_as(sql::SCHEMA_VERSION).fetch_one(pool).await
        })?;
        match theirs {
            theirs if theirs == ours => Ok(()),
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
        SQLITE.run(&writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(ACQUIRE)
            .connect_lazy_with(options.create_if_missing(false).pragma("query_only", "on"));
        Ok(Self::Sqlite {
            writer,
            readers,
            fence: Fence::default(),
        })
    }

    async fn open_postgres(url: &str, connections: u32) -> Result<Self, StoreError> {
        let hosts = Hosts::parse(url)?;
        let fence = Fence::default();
        let (mut first, options) = hosts.primary(&fence).await?;
        postgres::keeps_sessions(&mut first, &options).await?;
        postgres::wait_as_long_as_it_takes(&mut first).await?;
        POSTGRES.run(&mut first).await?;
        let connections = postgres::connections(&mut first, connections).await?;
        first.close().await?;
        Ok(Self::Postgres {
            pool: postgres::pool(options, connections, &fence),
            hosts,
            fence,
        })
    }

    /// Looks for the primary among several servers, after a failover: new connections go there.
    pub(crate) async fn find_primary(&self) {
        if let Self::Postgres { pool, hosts, fence } = self
            && hosts.are_several()
            && let Ok((_, options)) = hosts.primary(fence).await
        {
            pool.set_connect_options(options);
        }
    }

    /// Gives the store the keys that seal and prove the audit log. Without any, rows are written unsealed.
    pub fn seal_with(&self, keys: SealKeys) {
        self.fence().seals().give(keys);
    }

    /// The keys that seal and prove the audit log.
    pub(crate) fn seals(&self) -> &SealKeys {
        self.fence().seals().keys()
    }

    /// This process's claim to the database.
    pub fn fence(&self) -> &Fence {
        match self {
            Self::Sqlite { fence, .. } | Self::Postgres { fence, .. } => fence,
        }
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
            Self::Sqlite {
                writer, readers, ..
            } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres { pool, .. } => pool.close().await,
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
