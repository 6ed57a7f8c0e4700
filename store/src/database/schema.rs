//! The migrations, and whether a database's schema is the one that this program uses.

use crate::{Store, StoreError, read, sql};
use sqlx::{
    PgConnection, SqlitePool,
    migrate::{MigrateError, Migrator},
};

static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres");

/// Whether the database has been migrated, and has a table of nodes.
const HAS_NODES: &str =
    "SELECT to_regclass('_sqlx_migrations') IS NOT NULL AND to_regclass('node') IS NOT NULL";

/// The newest migration of a database, and the checksum of its first one.
type Applied = (Option<i64>, Option<Vec<u8>>);

/// Applies the migrations that are missing to an SQLite database.
///
/// # Errors
/// `Migration` if one fails or the database is newer than this program; `Unreleased`.
pub(crate) async fn migrate_sqlite(pool: &SqlitePool) -> Result<(), StoreError> {
    let Err(error) = SQLITE.run(pool).await else {
        return Ok(());
    };
    let applied = sqlx::query_as(sql::SCHEMA_VERSION).fetch_one(pool).await;
    Err(explain(&SQLITE, error, applied.ok()))
}

/// Applies the migrations that are missing to a PostgreSQL database.
///
/// # Errors
/// As [`migrate_sqlite`]; `NodesOfOlderVersion` if other processes use the database with the schema that it has.
pub(crate) async fn migrate_postgres(connection: &mut PgConnection) -> Result<(), StoreError> {
    require_no_older_nodes(connection).await?;
    let Err(error) = POSTGRES.run(&mut *connection).await else {
        return Ok(());
    };
    let applied = sqlx::query_as(sql::SCHEMA_VERSION)
        .fetch_one(connection)
        .await;
    Err(explain(&POSTGRES, error, applied.ok()))
}

/// Refuses to migrate a database under processes that use it with its present schema.
async fn require_no_older_nodes(connection: &mut PgConnection) -> Result<(), StoreError> {
    let (has_nodes,): (bool,) = sqlx::query_as(HAS_NODES)
        .fetch_one(&mut *connection)
        .await?;
    if !has_nodes {
        return Ok(());
    }
    let (version, _): Applied = sqlx::query_as(sql::SCHEMA_VERSION)
        .fetch_one(&mut *connection)
        .await?;
    let newest = POSTGRES.iter().map(|migration| migration.version).max();
    if version >= newest {
        return Ok(());
    }
    let names: Vec<(String,)> = sqlx::query_as(sql::NODE_NAMES)
        .fetch_all(connection)
        .await?;
    if names.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = names.into_iter().map(|(name,)| name).collect();
    Err(StoreError::NodesOfOlderVersion(names.join(", ")))
}

/// Tells a database of a development build, whose first migration was another one, from every other error.
fn explain(migrator: &Migrator, error: MigrateError, applied: Option<Applied>) -> StoreError {
    match applied {
        Some((_, Some(first))) if !is_first(migrator, &first) => StoreError::Unreleased,
        _ => error.into(),
    }
}

/// Whether a checksum is that of the first migration.
fn is_first(migrator: &Migrator, checksum: &[u8]) -> bool {
    migrator
        .iter()
        .next()
        .is_some_and(|first| *first.checksum == *checksum)
}

impl Store {
    /// Checks that the schema is the one of this program.
    ///
    /// # Errors
    /// `Outdated` if it is older, `Migration` if it is newer, `Unreleased` if it is from before the first release.
    pub(crate) async fn check_schema(&self) -> Result<(), StoreError> {
        let migrator = match self {
            Self::Sqlite { .. } => &SQLITE,
            Self::Postgres { .. } => &POSTGRES,
        };
        let newest = migrator.iter().map(|migration| migration.version).max();
        let (version, first): Applied = read!(self, |pool| {
            sqlx::query_as(sql::SCHEMA_VERSION).fetch_one(pool).await
        })?;
        if first.is_some_and(|first| !is_first(migrator, &first)) {
            return Err(StoreError::Unreleased);
        }
        match version {
            version if version == newest => Ok(()),
            Some(newer) if version > newest => Err(MigrateError::VersionMissing(newer).into()),
            _ => Err(StoreError::Outdated),
        }
    }
}
