//! Migrations: a kill in the middle of one, a database of a development build, and, from the second migration on, a
//! database that the latest release uses after this version has migrated it.

use sqlx::{
    AssertSqlSafe, Connection, Executor, PgConnection, SqlSafeStr, SqliteConnection,
    migrate::{Migration, Migrator},
};
use std::fs;
use store::{Store, StoreError};
use tempfile::TempDir;
use testing::{TestDatabase, each_database};

static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres");

/// The first `count` migrations.
fn up_to(migrator: &Migrator, count: usize) -> Migrator {
    Migrator::with_migrations(migrator.iter().take(count).cloned().collect())
}

/// Splits a migration into its statements. The body of a trigger or a function contains semicolons.
fn statements(migration: &Migration) -> Vec<String> {
    let mut all = Vec::new();
    let mut open = String::new();
    for line in migration.sql.as_str().lines() {
        let code = line.split("--").next().unwrap_or_default().trim_end();
        open.push_str(code);
        open.push('\n');
        let upper = open.to_uppercase();
        let inside = if upper.trim_start().starts_with("CREATE TRIGGER") && upper.contains("BEGIN")
        {
            !upper.trim_end().ends_with("END;")
        } else {
            open.matches("$$").count() % 2 == 1
        };
        if code.ends_with(';') && !inside {
            all.push(std::mem::take(&mut open));
        }
    }
    assert!(
        open.trim().is_empty(),
        "the end of {}: {open}",
        migration.description
    );
    all
}

/// After how many of its statements a migration is interrupted: at every tenth, and after the last, before it is recorded as
/// applied.
fn interruptions(statements: usize) -> impl Iterator<Item = usize> {
    (1..statements).step_by(10).chain([statements])
}

#[test]
fn every_migration_runs_in_one_transaction() {
    for migration in SQLITE.iter().chain(POSTGRES.iter()) {
        assert!(
            !migration.no_tx,
            "{} runs without a transaction",
            migration.description
        );
        for statement in statements(migration) {
            let first = statement
                .split_whitespace()
                .next()
                .unwrap_or_default()
                .to_uppercase();
            let ends = [
                "BEGIN",
                "COMMIT",
                "END",
                "ROLLBACK",
                "SAVEPOINT",
                "VACUUM",
                "PRAGMA",
                "ATTACH",
            ];
            assert!(
                !ends.contains(&first.trim_end_matches(';')),
                "{}: {statement}",
                migration.description
            );
        }
    }
}

each_database!(a_migration_that_is_interrupted_by_a_kill_is_completed_by_the_next_start);
async fn a_migration_that_is_interrupted_by_a_kill_is_completed_by_the_next_start(
    database: TestDatabase,
) {
    let expected = schema(&database.url).await;
    match &database.store {
        Store::Sqlite { .. } => killed_on_sqlite(&expected).await,
        Store::Postgres { .. } => killed_on_postgres(&database, &expected).await,
    }
}

async fn killed_on_sqlite(expected: &[String]) {
    for (number, migration) in SQLITE.iter().enumerate() {
        let statements = statements(migration);
        for point in interruptions(statements.len()) {
            let folder = TempDir::new().expect("a folder");
            let (alive, dead) = (folder.path().join("alive"), folder.path().join("dead"));
            for place in [&alive, &dead] {
                fs::create_dir(place).expect("a folder");
            }
            let url = format!("sqlite://{}/l.db?mode=rwc", alive.display());
            let mut connection = SqliteConnection::connect(&url).await.expect("opens");
            connection
                .execute("PRAGMA journal_mode = WAL")
                .await
                .expect("set");
            // A small cache writes pages to the disk in the middle of the transaction.
            connection
                .execute("PRAGMA cache_size = 1")
                .await
                .expect("set");
            up_to(&SQLITE, number)
                .run(&mut connection)
                .await
                .expect("the ones before");
            connection.execute("BEGIN IMMEDIATE").await.expect("begun");
            for statement in &statements[..point] {
                connection
                    .execute(sqlx::raw_sql(AssertSqlSafe(statement.clone())))
                    .await
                    .expect("a statement");
            }
            // A killed process leaves what is on the disk at this moment.
            for entry in fs::read_dir(&alive).expect("a folder") {
                let path = entry.expect("an entry").path();
                fs::copy(&path, dead.join(path.file_name().expect("a name"))).expect("copied");
            }
            let place = format!("sqlite://{}/l.db", dead.display());
            let store = Store::open(&place).await;
            let store = store
                .unwrap_or_else(|error| panic!("{} after {point}: {error}", migration.description));
            store.close().await;
            assert_eq!(
                schema(&place).await,
                expected,
                "{} after {point}",
                migration.description
            );
        }
    }
}

async fn killed_on_postgres(database: &TestDatabase, expected: &[String]) {
    for (number, migration) in POSTGRES.iter().enumerate() {
        let statements = statements(migration);
        for point in interruptions(statements.len()) {
            let mut connection = PgConnection::connect(&database.url)
                .await
                .expect("connects");
            let empty = "DROP SCHEMA public CASCADE; CREATE SCHEMA public";
            connection
                .execute(sqlx::raw_sql(empty))
                .await
                .expect("emptied");
            up_to(&POSTGRES, number)
                .run(&mut connection)
                .await
                .expect("the ones before");
            connection.execute("BEGIN").await.expect("begun");
            for statement in &statements[..point] {
                connection
                    .execute(sqlx::raw_sql(AssertSqlSafe(statement.clone())))
                    .await
                    .expect("a statement");
            }
            // Without a message to the server, as when the process is killed.
            connection.close_hard().await.expect("closed");
            let store = Store::open(&database.url).await;
            let store = store
                .unwrap_or_else(|error| panic!("{} after {point}: {error}", migration.description));
            store.close().await;
            assert_eq!(
                schema(&database.url).await,
                expected,
                "{} after {point}",
                migration.description
            );
        }
    }
}

/// Returns tables, columns, indexes, constraints, triggers and the applied migrations, one a line.
async fn schema(url: &str) -> Vec<String> {
    if url.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(url).await.expect("opens");
        let mut rows = sqlx::query_scalar(
            "SELECT type || ' ' || name || ' ' || COALESCE(sql, '') FROM sqlite_schema
             WHERE name NOT LIKE 'sqlite_%' AND tbl_name <> '_sqlx_migrations'
             UNION ALL SELECT 'migration ' || version || ' ' || success FROM _sqlx_migrations ORDER BY 1",
        )
        .fetch_all(&mut connection)
        .await
        .expect("a schema");
        rows.sort_unstable();
        connection.close().await.expect("closed");
        return rows;
    }
    let mut connection = PgConnection::connect(url).await.expect("connects");
    let rows = sqlx::query_scalar(
        "SELECT CAST(table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' ||
                COALESCE(column_default, '') AS TEXT) AS line
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations'
         UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> '_sqlx_migrations'
         UNION ALL SELECT CAST(conrelid::regclass AS TEXT) || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
         WHERE connamespace = 'public'::regnamespace AND conrelid <> '_sqlx_migrations'::regclass
         UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
         UNION ALL SELECT proname || ' ' || prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
         UNION ALL SELECT 'migration ' || version || ' ' || success FROM _sqlx_migrations
         ORDER BY line",
    )
    .fetch_all(&mut connection)
    .await
    .expect("a schema");
    connection.close().await.expect("closed");
    rows
}

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

each_database!(a_database_of_a_development_build_is_refused_in_one_line);
async fn a_database_of_a_development_build_is_refused_in_one_line(database: TestDatabase) {
    // A development build had another first migration, and more of them.
    let other_checksum = match &database.store {
        Store::Sqlite { .. } => "UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 1",
        Store::Postgres { .. } => {
            r"UPDATE _sqlx_migrations SET checksum = '\x00' WHERE version = 1"
        }
    };
    for statement in [
        "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time)
         SELECT 16, 'write probe', installed_on, success, checksum, execution_time FROM _sqlx_migrations",
        other_checksum,
    ] {
        match &database.store {
            Store::Sqlite { writer, .. } => sqlx::query(statement).execute(writer).await.map(drop),
            Store::Postgres { pool, .. } => sqlx::query(statement).execute(pool).await.map(drop),
        }
        .expect("changed");
    }
    database.store.close().await;
    for error in [
        Store::open(&database.url).await.expect_err("refused"),
        Store::open_to_read(&database.url)
            .await
            .expect_err("refused"),
    ] {
        assert!(matches!(error, StoreError::Unreleased), "{error}");
        assert!(!error.to_string().contains('\n'));
    }
}
