//! The schemas of both databases are equal, and every statement prepares on both.

use sqlx::{Executor, Row, SqlSafeStr};
use store::{Store, StoreError, sql};
use testing::{TestDatabase, each_database};

each_database!(every_statement_prepares_on_both_databases);
async fn every_statement_prepares_on_both_databases(database: TestDatabase) {
    let either = sql::PER_DATABASE.iter();
    let either = either.map(|(name, both)| (*name, both.of(&database.store)));
    for (name, statement) in sql::SHARED.iter().copied().chain(either) {
        let statement = statement.into_sql_str();
        let prepared = match &database.store {
            Store::Sqlite { readers, .. } => readers.prepare(statement).await.map(drop),
            Store::Postgres { pool, .. } => pool.prepare(statement).await.map(drop),
        };
        assert!(prepared.is_ok(), "{name}: {prepared:?}");
    }
}

#[tokio::test]
async fn both_schemas_have_the_same_tables_and_columns() {
    let mut schemas = Vec::new();
    for database in TestDatabase::all().await {
        let rows: Vec<(String, String)> = match &database.store {
            Store::Sqlite { readers, .. } => sqlx::query(
                "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_xinfo(t.name) c
                 WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> '_sqlx_migrations'
                     -- SQLite's trigram index is a table; PostgreSQL's is an index.
                     AND t.name NOT LIKE 'key_search%'
                 ORDER BY t.name, c.cid",
            )
            .fetch_all(readers)
            .await
            .expect("SQLite's schema")
            .iter()
            .map(|row| (row.get(0), row.get(1)))
            .collect(),
            Store::Postgres { pool, .. } => sqlx::query(
                "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns
                 WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations'
                 ORDER BY table_name COLLATE \"C\", ordinal_position",
            )
            .fetch_all(pool)
            .await
            .expect("PostgreSQL's schema")
            .iter()
            .map(|row| (row.get(0), row.get(1)))
            .collect(),
        };
        schemas.push(rows);
    }
    assert!(schemas[0].len() > 50);
    for other in &schemas[1..] {
        assert_eq!(&schemas[0], other);
    }
}

async fn run(database: &TestDatabase, statement: &'static str) {
    match &database.store {
        Store::Sqlite { writer, .. } => sqlx::query(statement).execute(writer).await.map(drop),
        Store::Postgres { pool, .. } => sqlx::query(statement).execute(pool).await.map(drop),
    }
    .expect("a statement");
}

/// What a migration of the next release leaves: a new column, and its own record.
async fn migrate_to_next_release(database: &TestDatabase) {
    let added = "ALTER TABLE api_key ADD COLUMN added_later TEXT NOT NULL DEFAULT ''";
    run(database, added).await;
    let recorded = "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time)
         SELECT 9999, 'newer', installed_on, success, checksum, execution_time FROM _sqlx_migrations
         WHERE version = 1";
    run(database, recorded).await;
}

each_database!(a_database_that_the_next_release_has_migrated_is_used_as_it_is);
async fn a_database_that_the_next_release_has_migrated_is_used_as_it_is(database: TestDatabase) {
    migrate_to_next_release(&database).await;
    let again = Store::open(&database.url).await.expect("opens");
    again.count_decisions().await.expect("answers");
    again.close().await;
    let reader = Store::open_to_read(&database.url).await.expect("opens");
    reader.close().await;
}

each_database!(a_migration_never_lets_older_programs_in_again);
async fn a_migration_never_lets_older_programs_in_again(database: TestDatabase) {
    // A migration that fails: the database has one that this program does not know.
    run(&database, "UPDATE change_head SET oldest_schema = 9999").await;
    run(&database, "UPDATE _sqlx_migrations SET version = 0").await;
    Store::open(&database.url).await.expect_err("unknown");
    run(&database, "UPDATE _sqlx_migrations SET version = 1").await;
    let error = Store::open(&database.url).await.expect_err("it is newer");
    assert!(matches!(error, StoreError::Newer(9999)), "{error:?}");
}

each_database!(a_migration_says_which_programs_may_use_the_database);
async fn a_migration_says_which_programs_may_use_the_database(database: TestDatabase) {
    run(&database, "UPDATE change_head SET oldest_schema = 0").await;
    run(&database, "UPDATE _sqlx_migrations SET version = 0").await;
    Store::open(&database.url).await.expect_err("unknown");
    let oldest = "SELECT oldest_schema FROM change_head";
    let (oldest,): (i64,) = match &database.store {
        Store::Sqlite { writer, .. } => sqlx::query_as(oldest).fetch_one(writer).await,
        Store::Postgres { pool, .. } => sqlx::query_as(oldest).fetch_one(pool).await,
    }
    .expect("a statement");
    assert_eq!(oldest, 1);
}

each_database!(a_database_of_a_newer_version_is_refused_in_one_line);
async fn a_database_of_a_newer_version_is_refused_in_one_line(database: TestDatabase) {
    migrate_to_next_release(&database).await;
    // The release after that one.
    run(&database, "UPDATE change_head SET oldest_schema = 9999").await;
    database.store.close().await;
    for opened in [
        Store::open(&database.url).await,
        Store::open_to_read(&database.url).await,
    ] {
        let error = opened.expect_err("it is newer").to_string();
        assert!(
            error.contains("newer version") && !error.contains('\n'),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_url_of_neither_kind_is_refused() {
    assert!(matches!(
        Store::open("mysql://localhost/x").await,
        Err(StoreError::UnknownKind)
    ));
}
