//! Migrations: a kill in the middle of one, and a database of a development build.

mod latest_release;

use sqlx::{
    AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection,
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
