//! Copying an SQLite database to PostgreSQL.

use sqlx::{AssertSqlSafe, PgPool, SqlitePool};
use std::collections::BTreeMap;
use store::{COPIED_TABLES, OTHER_TABLES, Store, StoreError};
use testing::TestDatabase;

/// Rows in every table.
const ROWS: &str = include_str!("copy/rows.sql");

/// A source with rows in every table, and an empty target; `None` without a server.
struct Scene {
    source: TestDatabase,
    target: TestDatabase,
}

impl Scene {
    async fn new() -> Option<Self> {
        let target = TestDatabase::postgres().await?;
        let scene = Self {
            source: TestDatabase::sqlite().await,
            target,
        };
        scene.in_source(ROWS).await;
        Some(scene)
    }

    fn sqlite(&self) -> &SqlitePool {
        let Store::Sqlite { writer, .. } = &self.source.store else {
            panic!("not SQLite");
        };
        writer
    }

    fn postgres(&self) -> &PgPool {
        let Store::Postgres { pool, .. } = &self.target.store else {
            panic!("not PostgreSQL");
        };
        pool
    }

    async fn in_source(&self, sql: &'static str) {
        let done = sqlx::raw_sql(sql).execute(self.sqlite()).await;
        done.expect("it runs in the source");
    }

    async fn in_target(&self, sql: &'static str) {
        let done = sqlx::raw_sql(sql).execute(self.postgres()).await;
        done.expect("it runs in the target");
    }

    async fn copy(&self) -> Result<store::CopyReport, StoreError> {
        let source = Store::open_to_read(&self.source.url).await.expect("opens");
        source.copy_to_postgres(&self.target.url).await
    }

    /// Returns why nothing is copied.
    async fn refused(&self) -> StoreError {
        let before = self.target_rows().await;
        let refusal = self.copy().await.expect_err("refused");
        assert!(!refusal.to_string().contains('\n'), "{refusal}");
        assert_eq!(self.target_rows().await, before, "nothing is copied");
        refusal
    }

    /// Columns and their types, by the tables of the target.
    async fn columns(&self) -> BTreeMap<String, Vec<(String, String)>> {
        let rows: Vec<(String, String, String)> = sqlx::query_as(
            "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), CAST(udt_name AS TEXT)
             FROM information_schema.columns
             WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations' ORDER BY table_name, ordinal_position",
        )
        .fetch_all(self.postgres())
        .await
        .expect("columns");
        let mut tables: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (table, column, kind) in rows {
            tables.entry(table).or_default().push((column, kind));
        }
        tables
    }

    /// The rows of every table, computed columns too, as text that is the same on both databases.
    async fn rows(
        &self,
        of: impl AsyncFn(String) -> Vec<String>,
        text: fn(&str, &str) -> String,
    ) -> Rows {
        let mut rows = Rows::new();
        for (table, columns) in self.columns().await {
            let texts: Vec<String> = columns
                .iter()
                .map(|(column, kind)| {
                    format!("COALESCE({}, 'NULL')", text(&format!("\"{column}\""), kind))
                })
                .collect();
            let select = format!("SELECT {} FROM \"{table}\"", texts.join(" || ' | ' || "));
            let mut found = of(select).await;
            found.sort_unstable();
            rows.insert(table, found);
        }
        rows
    }

    async fn source_rows(&self) -> Rows {
        let of = async |select| {
            let rows = sqlx::query_scalar(AssertSqlSafe(select))
                .fetch_all(self.sqlite())
                .await;
            rows.expect("read")
        };
        self.rows(of, |column, kind| match kind {
            "uuid" | "bytea" => {
                format!("CASE WHEN {column} IS NOT NULL THEN LOWER(HEX({column})) END")
            }
            "bool" => format!("CASE {column} WHEN TRUE THEN 'true' WHEN FALSE THEN 'false' END"),
            _ => format!("CAST({column} AS TEXT)"),
        })
        .await
    }

    async fn target_rows(&self) -> Rows {
        let of = async |select| {
            let rows = sqlx::query_scalar(AssertSqlSafe(select))
                .fetch_all(self.postgres())
                .await;
            rows.expect("read")
        };
        self.rows(of, |column, kind| match kind {
            "uuid" => format!("REPLACE(CAST({column} AS TEXT), '-', '')"),
            "bytea" => format!("ENCODE({column}, 'hex')"),
            _ => format!("CAST({column} AS TEXT)"),
        })
        .await
    }
}

/// Rows by table.
type Rows = BTreeMap<String, Vec<String>>;

#[tokio::test]
async fn every_row_is_copied_but_those_of_processes() {
    let Some(scene) = Scene::new().await else {
        return;
    };
    let source = scene.source_rows().await;
    for (table, rows) in &source {
        assert!(!rows.is_empty(), "{table} has no row in copy/rows.sql");
    }
    let report = scene.copy().await.expect("copied");
    let target = scene.target_rows().await;
    let copied: Vec<&str> = target.keys().map(String::as_str).collect();
    let mut listed: Vec<&str> = COPIED_TABLES.into_iter().chain(OTHER_TABLES).collect();
    listed.sort_unstable();
    assert_eq!(copied, listed, "every table is copied or has a reason");
    let mut rows = 0;
    for table in COPIED_TABLES {
        assert_eq!(target[table], source[table], "{table}");
        rows += source[table].len();
    }
    assert_eq!(report.tables, COPIED_TABLES.len());
    assert_eq!(report.rows, u64::try_from(rows).expect("few"));
    assert!(target["node"].is_empty());
    // Without the cluster, which the first process names, and without leases from before.
    assert_eq!(
        target["change_head"],
        ["1 | 17 | 4 |  | 0 | 2 | 11 | true | 1"]
    );
    assert_eq!(target["write_probe"], ["1 | 0"]);
}

#[tokio::test]
async fn the_target_is_used_as_any_database_afterwards() {
    let Some(scene) = Scene::new().await else {
        return;
    };
    scene.copy().await.expect("copied");
    scene
        .in_target(
            "INSERT INTO security_event (account_id, kind, severity, subject, value, first_at, last_at, calls, address,
                 route, user_agent, request_id, detail)
             SELECT account_id, kind, severity, subject, value, first_at, last_at, calls, address, route, user_agent,
                 request_id, detail FROM security_event;
             INSERT INTO api_key (id, account_id, application_id, name, folded_name, description, environment, scopes,
                 ip_rules, created_at, idempotency_key)
             SELECT 'akl_4', account_id, application_id, name, folded_name, description, environment, scopes, ip_rules, created_at,
                 gen_random_uuid() FROM api_key WHERE id = 'akl_1'",
        )
        .await;
    let after = scene.target_rows().await;
    assert!(
        after["security_event"]
            .iter()
            .any(|row| row.starts_with("42 | "))
    );
    let is_listed = |row: &String| row.starts_with("akl_4 | ");
    assert!(
        after["key_last_use"].iter().any(is_listed),
        "triggers are on"
    );
    let deleted = sqlx::query("DELETE FROM api_key")
        .execute(scene.postgres())
        .await;
    deleted.expect_err("triggers are on");
}

#[tokio::test]
async fn a_database_without_tables_is_migrated_first() {
    let Some(scene) = Scene::new().await else {
        return;
    };
    scene
        .in_target("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        .await;
    scene.copy().await.expect("copied");
    assert_eq!(
        scene.target_rows().await["audit"],
        scene.source_rows().await["audit"]
    );
}

#[tokio::test]
async fn a_database_that_was_used_is_refused() {
    let Some(scene) = Scene::new().await else {
        return;
    };
    for (table, fill, clear) in [
        (
            "throttle",
            "INSERT INTO throttle VALUES ('\\x01', 1)",
            "DELETE FROM throttle",
        ),
        (
            "node",
            "INSERT INTO node VALUES (gen_random_uuid(), 'a:1', 1, 0, 0, 0, 1, '', '', 1, 1)",
            "DELETE FROM node",
        ),
        (
            "change_head",
            "UPDATE change_head SET epoch = 1",
            "UPDATE change_head SET epoch = 0",
        ),
    ] {
        scene.in_target(fill).await;
        let refusal = scene.refused().await;
        assert!(
            matches!(refusal, StoreError::NotEmpty(found) if found == table),
            "{refusal}"
        );
        scene.in_target(clear).await;
    }
    scene.copy().await.expect("copied");
    assert!(matches!(
        scene.refused().await,
        StoreError::NotEmpty("account")
    ));
}

#[tokio::test]
async fn a_copy_that_fails_in_the_middle_leaves_nothing() {
    let Some(scene) = Scene::new().await else {
        return;
    };
    // The last but two of the tables, and a text that PostgreSQL cannot hold.
    scene
        .in_source("INSERT INTO sighting VALUES ('akl_2', CAST(X'6100' AS TEXT), '', 1, 1)")
        .await;
    let refusal = scene.refused().await;
    assert!(refusal.to_string().contains("0x00"), "{refusal}");
    scene
        .in_source("DELETE FROM sighting WHERE key_id = 'akl_2'")
        .await;
    scene.copy().await.expect("copied");
}

#[tokio::test]
async fn a_row_that_arrives_changed_is_noticed() {
    let Some(scene) = Scene::new().await else {
        return;
    };
    scene
        .in_target(
            "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.calls := 8; RETURN NEW; END $$;
             CREATE TRIGGER spoil BEFORE INSERT ON usage_rollup FOR EACH ROW EXECUTE FUNCTION spoil()",
        )
        .await;
    let refusal = scene.refused().await;
    assert!(
        matches!(refusal, StoreError::CopyDiffers("usage_rollup")),
        "{refusal}"
    );
}

#[tokio::test]
async fn databases_of_other_versions_and_kinds_are_refused() {
    let Some(scene) = Scene::new().await else {
        return;
    };
    let newer = "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time)
                 SELECT 9999, 'newer', installed_on, success, checksum, execution_time FROM _sqlx_migrations
                 WHERE version = 1";
    for is_target in [true, false] {
        if is_target {
            scene.in_target(newer).await;
        } else {
            scene
                .in_target("DELETE FROM _sqlx_migrations WHERE version = 9999")
                .await;
            scene.in_source(newer).await;
        }
        let refusal = scene.refused().await;
        assert!(matches!(refusal, StoreError::Newer(9999)), "{refusal}");
    }
    let source = Store::open_to_read(&scene.source.url).await.expect("opens");
    let sqlite = source.copy_to_postgres(&scene.source.url).await;
    assert!(matches!(sqlite, Err(StoreError::UnknownKind)), "{sqlite:?}");
    let postgres = scene.target.store.copy_to_postgres(&scene.target.url).await;
    assert!(
        matches!(postgres, Err(StoreError::UnknownKind)),
        "{postgres:?}"
    );
}
