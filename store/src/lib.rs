//! Rows and SQL. One text of each statement serves SQLite and PostgreSQL; every method that changes something takes
//! the audit event of the change and writes both in one transaction.

// They panic where the log device is gone.
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod audit;
mod backup;
mod beside;
mod capacity;
mod decisions;
mod disk;
mod error;
mod fault;
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
mod schema;
mod security;
mod sessions;
pub mod sql;
mod support;
mod time;
mod transaction;
mod usage;
mod writer;

pub use audit::{AuditHead, AuditLine, Break, Damage, SealKey, SealKeys, Sealing};
pub use backup::Check;
pub use beside::{NewPasswordReset, PasswordReset, PersonState};
pub use disk::{Disk, RESERVE};
pub use error::StoreError;
pub use fault::Fault;
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

use domain::time::Timestamp;
use sqlx::{
    Connection, PgPool, SqlitePool,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
    time::Duration,
};

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
        /// The file itself, and the room on its disk.
        disk: Arc<Disk>,
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

pub(crate) use transaction::{deferrable_transaction, read, transaction, with_read_pool};

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
            let disk = Arc::new(Disk::new(options.get_filename()));
            let readers = SqlitePoolOptions::new()
                .max_connections(1)
                .acquire_timeout(ACQUIRE)
                .connect_with(options)
                .await?;
            Self::Sqlite {
                writer: readers.clone(),
                readers,
                fence: Fence::default(),
                disk,
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
        store.check_schema().await?;
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
            let disk = Arc::new(Disk::new(options.get_filename()));
            let writer = SqlitePoolOptions::new()
                .max_connections(1)
                .acquire_timeout(ACQUIRE)
                .connect_with(options)
                .await?;
            Self::Sqlite {
                readers: writer.clone(),
                writer,
                fence: Fence::default(),
                disk,
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
        store.check_schema().await?;
        Ok(store)
    }

    async fn open_sqlite(url: &str) -> Result<Self, StoreError> {
        let options = sqlite(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // An answered revocation survives a power cut.
            .synchronous(SqliteSynchronous::Full);
        if !is_in_memory(url) {
            let path = options.get_filename().to_owned();
            blocking(move || disk::make_private(&path))
                .await
                .flatten()
                .map_err(StoreError::Folder)?;
        }
        let suspect = disk::is_suspect(options.get_filename());
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(5))
            .connect_with(options.clone())
            .await?;
        if suspect {
            backup::check_pages(&writer, Check::Quick).await?;
        }
        schema::migrate_sqlite(&writer).await?;
        let disk = Arc::new(Disk::new(options.get_filename()));
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(ACQUIRE)
            .connect_lazy_with(options.create_if_missing(false).pragma("query_only", "on"));
        Ok(Self::Sqlite {
            writer,
            readers,
            fence: Fence::default(),
            disk,
        })
    }

    async fn open_postgres(url: &str, connections: u32) -> Result<Self, StoreError> {
        let hosts = Hosts::parse(url)?;
        let fence = Fence::default();
        let (mut first, options) = hosts.primary(&fence).await?;
        postgres::keeps_sessions(&mut first, &options).await?;
        postgres::wait_as_long_as_it_takes(&mut first).await?;
        schema::migrate_postgres(&mut first).await?;
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

    /// Writes something, to see whether that is possible. It never takes the reserve.
    ///
    /// # Errors
    /// `Unwritable` where the disk, the file or the server does not allow it; where the database does not answer.
    pub async fn probe(&self, now: Timestamp) -> Result<(), StoreError> {
        self.tend().await;
        if let Self::Sqlite { disk, .. } = self
            && let Some(fault @ Fault::Moved) = disk.fault()
        {
            return Err(StoreError::Unwritable {
                fault,
                cause: sqlx::Error::Io(std::io::ErrorKind::NotFound.into()),
            });
        }
        deferrable_transaction!(self, |tx| {
            sqlx::query(sql::WRITE_PROBE)
                .bind(now.0)
                .execute(&mut *tx)
                .await?;
        })?;
        Ok(())
    }

    /// Keeps a reserve on the disk of an SQLite file from now on, so that a revocation can be written when it is full.
    ///
    /// # Errors
    /// Where there is no room for it now: it is made once there is.
    pub async fn keep_reserve(&self) -> std::io::Result<()> {
        match self {
            Self::Sqlite { disk, .. } => {
                let disk = disk.clone();
                blocking(move || disk.keep_reserve()).await?
            }
            Self::Postgres { .. } => Ok(()),
        }
    }

    /// Looks after the disk of an SQLite file: whether the file is still there, and whether there is room again.
    pub async fn tend(&self) {
        if let Self::Sqlite { disk, .. } = self {
            let disk = disk.clone();
            // It cannot fail, and what it found is in `disk`.
            let _ = blocking(move || disk.tend()).await;
        }
    }

    /// The file of an SQLite database.
    pub fn disk(&self) -> Option<&Disk> {
        match self {
            Self::Sqlite { disk, .. } => Some(disk),
            Self::Postgres { .. } => None,
        }
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

/// Runs what waits for the disk where nothing else has to wait for it.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> std::io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(std::io::Error::other)
}

/// What every connection to a file has.
fn sqlite(url: &str) -> Result<SqliteConnectOptions, StoreError> {
    let options = SqliteConnectOptions::from_str(url)?;
    if !is_in_memory(url)
        && options
            .get_filename()
            .as_os_str()
            .as_encoded_bytes()
            .starts_with(b"file:")
    {
        return Err(StoreError::FileUri);
    }
    Ok(options
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .pragma("temp_store", "memory")
        .pragma("cache_size", "-65536"))
}

fn is_in_memory(url: &str) -> bool {
    let (database, parameters) = url.split_once('?').unwrap_or((url, ""));
    database.ends_with(":memory:") || parameters.split('&').any(|pair| pair == "mode=memory")
}

/// The URL of the file at a path; `None` where the path is not UTF-8.
pub fn sqlite_url(path: &Path) -> Option<String> {
    let mut url = String::from("sqlite://");
    for byte in path.to_str()?.bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-".contains(&byte) {
            url.push(char::from(byte));
        } else {
            url.push('%');
            url.push_str(&hex::encode_upper([byte]));
        }
    }
    Some(url)
}

/// The file that a URL names, read as it is when the database is opened; `None` for a database in memory or on a server.
///
/// # Errors
/// Where a URL of SQLite cannot be read.
pub fn sqlite_path(url: &str) -> Result<Option<PathBuf>, StoreError> {
    if !url.starts_with("sqlite:") {
        return Ok(None);
    }
    let options = sqlite(url)?;
    Ok((!is_in_memory(url)).then(|| options.get_filename().to_owned()))
}
