//! From the second migration on: a database that the latest release uses after this version has migrated it.

use super::{POSTGRES, SQLITE, up_to};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqlSafeStr, SqliteConnection};
use std::fs;
use store::Store;
use testing::TestDatabase;

/// The newest migration of the latest release, and its statements. The file is written once a release is made, by running
/// these tests with `LATCHKEY_REFRESH_SNAPSHOTS=1`; there is none before the first release.
const RELEASE_FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/release.sql");

/// The latest release.
struct Release {
    newest_migration: i64,
    /// Names and texts.
    statements: Vec<(String, String)>,
}

impl Release {
    /// Reads the file of the latest release.
    ///
    /// # Panics
    /// If there is no such file although a second migration exists: then there must have been a release.
    fn latest() -> Option<Self> {
        let Ok(text) = fs::read_to_string(RELEASE_FILE) else {
            assert!(
                SQLITE.iter().count() == 1,
                "there is a second migration, but no {RELEASE_FILE}: write it at the commit of the release, with \
                 LATCHKEY_REFRESH_SNAPSHOTS=1"
            );
            return None;
        };
        let (first, rest) = text.split_once('\n').expect("lines");
        let number = first.strip_prefix("-- migration ").expect("a number");
        let statements = rest.split("-- statement ").skip(1);
        Some(Self {
            newest_migration: number.parse().expect("a number"),
            statements: statements
                .map(|text| text.split_once('\n').expect("a name and a text"))
                .map(|(name, text)| (name.to_owned(), text.to_owned()))
                .collect(),
        })
    }
}

#[test]
fn the_statements_of_the_latest_release_are_kept_from_the_second_migration_on() {
    if std::env::var_os("LATCHKEY_REFRESH_SNAPSHOTS").is_some() {
        let newest = SQLITE
            .iter()
            .map(|migration| migration.version)
            .max()
            .expect("migrations");
        let statements = store::sql::SHARED
            .iter()
            .map(|(name, text)| format!("-- statement {name}\n{}\n", text.trim_end()));
        let text = format!("-- migration {newest}\n{}", statements.collect::<String>());
        fs::write(RELEASE_FILE, text).expect("written");
    }
    if let Some(release) = Release::latest() {
        let mut all = SQLITE.iter();
        assert!(all.any(|migration| migration.version == release.newest_migration));
        assert!(release.statements.len() > 100);
    }
}

#[tokio::test]
async fn the_latest_release_can_use_a_migrated_database() {
    let Some(release) = Release::latest() else {
        return;
    };
    for database in TestDatabase::all().await {
        for (name, text) in &release.statements {
            let statement = AssertSqlSafe(text.clone()).into_sql_str();
            let prepared = match &database.store {
                Store::Sqlite { readers, .. } => readers.prepare(statement).await.map(drop),
                Store::Postgres { pool, .. } => pool.prepare(statement).await.map(drop),
            };
            assert!(prepared.is_ok(), "{name} on {}: {prepared:?}", database.url);
        }
    }
}

/// A column: its table and name, its type, and whether an INSERT may leave it out.
type Column = ((String, String), String, bool);

async fn columns_of_sqlite(connection: &mut SqliteConnection) -> Vec<Column> {
    let rows: Vec<(String, String, String, bool)> = sqlx::query_as(
        "SELECT t.name, c.name, c.type, c.\"notnull\" = 0 OR c.dflt_value IS NOT NULL
         FROM sqlite_schema t, pragma_table_info(t.name) c
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> '_sqlx_migrations'",
    )
    .fetch_all(connection)
    .await
    .expect("columns");
    rows.into_iter()
        .map(|(table, name, kind, open)| ((table, name), kind, open))
        .collect()
}

async fn columns_of_postgres(connection: &mut PgConnection) -> Vec<Column> {
    let rows: Vec<(String, String, String, bool)> = sqlx::query_as(
        "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), CAST(data_type AS TEXT),
                is_nullable = 'YES' OR column_default IS NOT NULL
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations'",
    )
    .fetch_all(connection)
    .await
    .expect("columns");
    rows.into_iter()
        .map(|(table, name, kind, open)| ((table, name), kind, open))
        .collect()
}

#[tokio::test]
async fn a_migration_keeps_the_columns_of_the_latest_release_and_adds_none_that_its_inserts_must_name()
 {
    let Some(release) = Release::latest() else {
        return;
    };
    let number = release.newest_migration;
    for database in TestDatabase::all().await {
        let (before, after) = match &database.store {
            Store::Sqlite { .. } => {
                let until = SQLITE
                    .iter()
                    .filter(|migration| migration.version <= number)
                    .count();
                let mut old = SqliteConnection::connect("sqlite::memory:")
                    .await
                    .expect("opens");
                up_to(&SQLITE, until).run(&mut old).await.expect("migrated");
                let mut new = SqliteConnection::connect(&database.url)
                    .await
                    .expect("opens");
                (
                    columns_of_sqlite(&mut old).await,
                    columns_of_sqlite(&mut new).await,
                )
            }
            Store::Postgres { .. } => {
                let until = POSTGRES
                    .iter()
                    .filter(|migration| migration.version <= number)
                    .count();
                let mut connection = PgConnection::connect(&database.url)
                    .await
                    .expect("connects");
                let after = columns_of_postgres(&mut connection).await;
                let empty = "DROP SCHEMA public CASCADE; CREATE SCHEMA public";
                connection
                    .execute(sqlx::raw_sql(empty))
                    .await
                    .expect("emptied");
                up_to(&POSTGRES, until)
                    .run(&mut connection)
                    .await
                    .expect("migrated");
                (columns_of_postgres(&mut connection).await, after)
            }
        };
        assert!(before.len() > 50, "{}", before.len());
        for (place, kind, _) in &before {
            let now = after.iter().find(|(other, ..)| other == place);
            assert!(
                now.is_some_and(|(_, other, _)| other == kind),
                "{place:?} was {kind} and is {now:?}"
            );
        }
        for (place, _, open) in &after {
            let old_table = before.iter().any(|((table, _), ..)| *table == place.0);
            let new_column = !before.iter().any(|(other, ..)| other == place);
            assert!(
                !(old_table && new_column) || *open,
                "{place:?} has to be named where a row is inserted"
            );
        }
    }
}
