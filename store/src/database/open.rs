//! The ways to open a database: as its owner, to read, or for short writes beside its owner.

use super::{
    backup::{IntegrityCheck, check_pages},
    disk::{self, Disk, blocking},
    hosts::PostgresHosts,
    pool::pool_options,
    postgres, schema,
    sqlite::{is_in_memory, sqlite_options},
    transaction::ACQUIRE_TIMEOUT,
};
use crate::{Fence, Store, StoreError};
use sqlx::{
    Connection, Postgres, Sqlite, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{sync::Arc, time::Duration};

/// The default size of the PostgreSQL pool.
pub const DEFAULT_CONNECTIONS: u32 = 16;

/// Connections of an SQLite file that read.
const SQLITE_READERS: u32 = 4;
/// Connections to PostgreSQL of a command that runs beside the owner.
const COMMAND_CONNECTIONS: u32 = 2;

/// [`ACQUIRE_TIMEOUT`] of the only connection to an SQLite file that writes.
const SQLITE_WRITER_TIMEOUT: Duration = Duration::from_secs(5);

impl Store {
    /// Opens the database at `url` (`sqlite://path` or `postgres://…`), creates it if it does not exist, and migrates its
    /// schema.
    ///
    /// # Errors
    /// If the URL is of neither kind, the database cannot be reached, or it was made by a newer version.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_with(url, DEFAULT_CONNECTIONS).await
    }

    /// Like [`Store::open`], with a maximum number of connections to PostgreSQL.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn open_with(url: &str, max_connections: u32) -> Result<Self, StoreError> {
        if url.starts_with("sqlite:") {
            Self::open_sqlite(url).await
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Self::open_postgres(url, max_connections).await
        } else {
            Err(StoreError::UnknownKind)
        }
    }

    /// Opens the database at `url` read-only, beside the process that serves it.
    ///
    /// # Errors
    /// As [`Store::open`]; if it does not exist, or its schema is of another version.
    pub async fn open_to_read(url: &str) -> Result<Self, StoreError> {
        let store = if url.starts_with("sqlite:") {
            let options = sqlite_options(url)?
                .read_only(true)
                .create_if_missing(false);
            Self::over_one_connection(options).await?
        } else {
            let hosts = PostgresHosts::parse(url)?;
            let options = hosts
                .any()
                .await?
                .options([("default_transaction_read_only", "on")]);
            let pool = pool_options::<Postgres>().acquire_timeout(ACQUIRE_TIMEOUT);
            Self::Postgres {
                pool: pool.connect_with(options).await?,
                hosts,
                fence: Fence::default(),
            }
        };
        store.check_schema().await?;
        Ok(store)
    }

    /// Opens the database at `url` for short writes to people and sessions, beside the process that serves it. Keys must not be
    /// changed through it: the owner's index would not learn of the change.
    ///
    /// # Errors
    /// As [`Store::open_to_read`].
    pub async fn open_without_ownership(url: &str) -> Result<Self, StoreError> {
        let store = if url.starts_with("sqlite:") {
            let options = sqlite_options(url)?
                .create_if_missing(false)
                .synchronous(SqliteSynchronous::Full);
            Self::over_one_connection(options).await?
        } else {
            let hosts = PostgresHosts::parse(url)?;
            let fence = Fence::default();
            let (first, options) = hosts.primary(&fence).await?;
            first.close().await?;
            Self::Postgres {
                pool: postgres::pool(options, COMMAND_CONNECTIONS, &fence),
                hosts,
                fence,
            }
        };
        store.check_schema().await?;
        Ok(store)
    }

    /// Opens an SQLite file with one connection that reads and, if the options allow it, writes.
    async fn over_one_connection(options: SqliteConnectOptions) -> Result<Self, StoreError> {
        let disk = Arc::new(Disk::new(options.get_filename()));
        let writer = pool_options::<Sqlite>()
            .max_connections(1)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_with(options)
            .await?;
        Ok(Self::Sqlite {
            readers: writer.clone(),
            writer,
            fence: Fence::default(),
            disk,
        })
    }

    async fn open_sqlite(url: &str) -> Result<Self, StoreError> {
        let options = sqlite_options(url)?
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
        let writer = pool_options::<Sqlite>()
            .max_connections(1)
            .acquire_timeout(SQLITE_WRITER_TIMEOUT)
            .connect_with(options.clone())
            .await?;
        if suspect {
            check_pages(&writer, IntegrityCheck::Quick).await?;
        }
        schema::migrate_sqlite(&writer).await?;
        let disk = Arc::new(Disk::new(options.get_filename()));
        Ok(Self::Sqlite {
            writer,
            readers: read_only_pool(options),
            fence: Fence::default(),
            disk,
        })
    }

    async fn open_postgres(url: &str, max_connections: u32) -> Result<Self, StoreError> {
        let hosts = PostgresHosts::parse(url)?;
        let fence = Fence::default();
        let (mut first, options) = hosts.primary(&fence).await?;
        postgres::require_own_session(&mut first, &options).await?;
        postgres::remove_timeouts(&mut first).await?;
        schema::migrate_postgres(&mut first).await?;
        let connections = postgres::allowed_connections(&mut first, max_connections).await?;
        first.close().await?;
        Ok(Self::Postgres {
            pool: postgres::pool(options, connections, &fence),
            hosts,
            fence,
        })
    }
}

fn read_only_pool(options: SqliteConnectOptions) -> SqlitePool {
    pool_options::<Sqlite>()
        .max_connections(SQLITE_READERS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_lazy_with(options.create_if_missing(false).pragma("query_only", "on"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::{Database, Pool, postgres::PgConnectOptions};

    fn require_no_closing_task<DB: Database>(pool: &Pool<DB>, what: &str) {
        let options = pool.options();
        let times = (options.get_idle_timeout(), options.get_max_lifetime());
        assert_eq!(times, (None, None), "{what}");
    }

    #[tokio::test]
    async fn no_pool_has_a_task_that_closes_old_connections() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("latchkey.db");
        let url = crate::sqlite_url(&path).expect("UTF-8");
        let served = Store::open(&url).await.expect("opened");
        let beside = Store::open_without_ownership(&url).await.expect("opened");
        for (store, name) in [(&served, "server"), (&beside, "command")] {
            let Store::Sqlite {
                writer, readers, ..
            } = store
            else {
                panic!("not SQLite");
            };
            require_no_closing_task(writer, name);
            require_no_closing_task(readers, name);
        }
        let postgres = postgres::pool(PgConnectOptions::new(), 1, &Fence::default());
        require_no_closing_task(&postgres, "PostgreSQL");
    }
}
