//! The migrations, and whether this program can use a database's schema.

use crate::{Store, StoreError, read, sql};
use sqlx::{Connection, PgConnection, SqliteConnection, SqlitePool, migrate::Migrator};

static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres");

/// The newest migrations of the releases, in their order; the last one is this program's. A release adds what the one before it can
/// ignore, so that both can use one database. What a release no longer uses is removed one release later.
const RELEASES: [i64; 1] = [1];

/// Whether a database has been migrated.
const IS_MIGRATED: &str = "SELECT to_regclass('_sqlx_migrations') IS NOT NULL";
const IS_MIGRATED_SQLITE: &str =
    "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = '_sqlx_migrations')";

/// The newest migration of a database, and the checksum of its first one.
type NewestMigration = (Option<i64>, Option<Vec<u8>>);

/// The newest migration that this program knows.
pub(crate) const fn newest() -> i64 {
    RELEASES[RELEASES.len() - 1]
}

/// The newest migration that a program must know to use a database that this one has migrated: that of the release before.
const fn oldest() -> i64 {
    RELEASES[RELEASES.len().saturating_sub(2)]
}

/// Applies the migrations that are missing to an SQLite database. One that a later release has migrated is used as it is, unless this
/// program is too old for it.
///
/// # Errors
/// `Migration` if one fails; `Newer` if this program is too old; `Unreleased`.
pub(crate) async fn migrate_sqlite(pool: &SqlitePool) -> Result<(), StoreError> {
    let (is_migrated,): (bool,) = sqlx::query_as(IS_MIGRATED_SQLITE).fetch_one(pool).await?;
    if is_migrated {
        let (version, first): NewestMigration =
            sqlx::query_as(sql::SCHEMA_VERSION).fetch_one(pool).await?;
        require_released(&SQLITE, first)?;
        match version {
            // The first migration was interrupted.
            None => {}
            Some(version) if version < newest() => {
                sqlx::query(sql::SCHEMA_SET_OLDEST)
                    .bind(oldest())
                    .execute(pool)
                    .await?;
            }
            Some(version) => {
                let (oldest,): (i64,) = sqlx::query_as(sql::SCHEMA_OLDEST).fetch_one(pool).await?;
                require_supported(oldest)?;
                if version > newest() {
                    return Ok(());
                }
            }
        }
    }
    Ok(SQLITE.run(pool).await?)
}

/// Applies the migrations that are missing to a PostgreSQL database, as [`migrate_sqlite`]. Nodes of the release before go on meanwhile.
///
/// # Errors
/// As [`migrate_sqlite`]; `NodesOfOlderVersion` if still older nodes use the database.
pub(crate) async fn migrate_postgres(connection: &mut PgConnection) -> Result<(), StoreError> {
    if is_migrated(connection).await? {
        let (version, first): NewestMigration = sqlx::query_as(sql::SCHEMA_VERSION)
            .fetch_one(&mut *connection)
            .await?;
        require_released(&POSTGRES, first)?;
        match version {
            None => {}
            Some(version) if version < newest() => {
                exclude_older_nodes(connection, oldest()).await?;
            }
            Some(version) => {
                let (oldest,): (i64,) = sqlx::query_as(sql::SCHEMA_OLDEST)
                    .fetch_one(&mut *connection)
                    .await?;
                require_supported(oldest)?;
                if version > newest() {
                    return Ok(());
                }
            }
        }
    }
    Ok(POSTGRES.run(connection).await?)
}

/// Whether a version of Latchkey has made the tables of a PostgreSQL database.
pub(crate) async fn is_migrated(connection: &mut PgConnection) -> Result<bool, StoreError> {
    let (is_migrated,): (bool,) = sqlx::query_as(IS_MIGRATED).fetch_one(connection).await?;
    Ok(is_migrated)
}

/// Excludes programs that do not know the migration `oldest`: none is registered, and none registers later.
///
/// # Errors
/// `NodesOfOlderVersion` if there are some.
async fn exclude_older_nodes(connection: &mut PgConnection, oldest: i64) -> Result<(), StoreError> {
    let mut tx = connection.begin().await?;
    // A registration takes the same row, and reads the value then.
    sqlx::query(sql::SCHEMA_SET_OLDEST)
        .bind(oldest)
        .execute(&mut *tx)
        .await?;
    let names: Vec<String> = sqlx::query_scalar(sql::NODES_OLDER)
        .bind(oldest)
        .fetch_all(&mut *tx)
        .await?;
    if !names.is_empty() {
        return Err(StoreError::NodesOfOlderVersion(names.join(", ")));
    }
    Ok(tx.commit().await?)
}

/// Checks that this program knows the migration `oldest`.
///
/// # Errors
/// `Newer` if it does not.
pub(crate) const fn require_supported(oldest: i64) -> Result<(), StoreError> {
    if oldest > newest() {
        return Err(StoreError::Newer(oldest));
    }
    Ok(())
}

/// Refuses a database of a development build, whose first migration was another one.
fn require_released(migrator: &Migrator, first: Option<Vec<u8>>) -> Result<(), StoreError> {
    match first {
        Some(first) if !is_first(migrator, &first) => Err(StoreError::Unreleased),
        _ => Ok(()),
    }
}

/// Whether a checksum is that of the first migration.
fn is_first(migrator: &Migrator, checksum: &[u8]) -> bool {
    migrator
        .iter()
        .next()
        .is_some_and(|first| *first.checksum == *checksum)
}

/// Checks that an SQLite database has the schema of this program, and not that of a later release: what that has added is unknown.
///
/// # Errors
/// `Outdated` if it is older, `Newer` if it is newer; `Unreleased`.
pub(crate) async fn require_own_sqlite(
    connection: &mut SqliteConnection,
) -> Result<(), StoreError> {
    let applied = sqlx::query_as(sql::SCHEMA_VERSION)
        .fetch_one(connection)
        .await?;
    require_own(&SQLITE, applied)
}

/// Checks a PostgreSQL database, as [`require_own_sqlite`].
///
/// # Errors
/// As [`require_own_sqlite`].
pub(crate) async fn require_own_postgres(connection: &mut PgConnection) -> Result<(), StoreError> {
    let applied = sqlx::query_as(sql::SCHEMA_VERSION)
        .fetch_one(connection)
        .await?;
    require_own(&POSTGRES, applied)
}

fn require_own(migrator: &Migrator, (version, first): NewestMigration) -> Result<(), StoreError> {
    require_released(migrator, first)?;
    match version {
        Some(version) if version > newest() => Err(StoreError::Newer(version)),
        Some(version) if version == newest() => Ok(()),
        _ => Err(StoreError::Outdated),
    }
}

impl Store {
    /// Checks that this program can use the schema.
    ///
    /// # Errors
    /// `Outdated` if it is older, `Newer` if it is of more than one release later, `Unreleased` if it is from before the first release.
    pub(crate) async fn check_schema(&self) -> Result<(), StoreError> {
        let migrator = match self {
            Self::Sqlite { .. } => &SQLITE,
            Self::Postgres { .. } => &POSTGRES,
        };
        let (version, first): NewestMigration = read!(self, |pool| {
            sqlx::query_as(sql::SCHEMA_VERSION).fetch_one(pool).await
        })?;
        require_released(migrator, first)?;
        if version < Some(newest()) {
            return Err(StoreError::Outdated);
        }
        let (oldest,): (i64,) = read!(self, |pool| {
            sqlx::query_as(sql::SCHEMA_OLDEST).fetch_one(pool).await
        })?;
        require_supported(oldest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_release_is_that_of_the_newest_migration() {
        for migrator in [&SQLITE, &POSTGRES] {
            let last = migrator.iter().map(|migration| migration.version).max();
            assert_eq!(last, Some(newest()));
        }
        assert!(RELEASES.is_sorted() && oldest() <= newest());
    }
}
