//! Direct access to a server's database.

use sqlx::{AssertSqlSafe, PgPool, SqlitePool, sqlite::SqlitePoolOptions};
use std::collections::BTreeMap;

/// Every row of every table as text.
pub type Rows = BTreeMap<String, Vec<String>>;

/// A test's own connections.
pub enum Database {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Database {
    pub async fn at(url: &str) -> Self {
        if url.starts_with("sqlite:") {
            // A second connection does not know at once which triggers the first one has removed.
            let one = SqlitePoolOptions::new().max_connections(1);
            Self::Sqlite(one.connect(url).await.expect("the file opens"))
        } else {
            Self::Postgres(PgPool::connect(url).await.expect("the server answers"))
        }
    }

    /// Runs a statement, and returns the number of changed rows.
    pub async fn run(&self, sql: &str) -> u64 {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(pool) => sqlx::raw_sql(sql)
                .execute(pool)
                .await
                .expect("done")
                .rows_affected(),
            Self::Postgres(pool) => sqlx::raw_sql(sql)
                .execute(pool)
                .await
                .expect("done")
                .rows_affected(),
        }
    }

    async fn texts(&self, sql: String) -> Vec<String> {
        let sql = AssertSqlSafe(sql);
        match self {
            Self::Sqlite(pool) => sqlx::query_scalar(sql).fetch_all(pool).await.expect("read"),
            Self::Postgres(pool) => sqlx::query_scalar(sql).fetch_all(pool).await.expect("read"),
        }
    }

    /// Refuses every record of the audit log, until they are allowed.
    pub async fn refuse_records(&self) {
        let sql = match self {
            Self::Sqlite(_) => {
                "CREATE TRIGGER no_record BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no record'); END"
            }
            Self::Postgres(_) => {
                "CREATE FUNCTION no_record() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no record'; END $$;
                 CREATE TRIGGER no_record BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION no_record()"
            }
        };
        self.run(sql).await;
    }

    pub async fn allow_records(&self) {
        let sql = match self {
            Self::Sqlite(_) => "DROP TRIGGER no_record",
            Self::Postgres(_) => "DROP TRIGGER no_record ON audit; DROP FUNCTION no_record()",
        };
        self.run(sql).await;
    }

    /// Returns the contents of the database.
    pub async fn rows(&self) -> Rows {
        self.rows_without("").await
    }

    /// Returns the contents of the database without the columns of one name, read by one statement.
    pub async fn rows_without(&self, column: &str) -> Rows {
        let tables = self.tables(column).await;
        let selects: Vec<_> = tables
            .iter()
            .map(|(table, row)| format!("SELECT '{table}:' || {row} FROM \"{table}\" t"))
            .collect();
        let texts = self.texts(selects.join(" UNION ALL ")).await;
        let mut rows: Rows = tables
            .into_keys()
            .map(|table| (table, Vec::new()))
            .collect();
        for text in texts {
            let (table, row) = text.split_once(':').expect("a table");
            rows.get_mut(table).expect("known").push(row.to_owned());
        }
        for rows in rows.values_mut() {
            rows.sort_unstable();
        }
        rows
    }

    /// Returns the tables, with the expression of a row's text without the columns of one name.
    async fn tables(&self, column: &str) -> BTreeMap<String, String> {
        let names = match self {
            Self::Sqlite(_) => format!(
                "SELECT s.name || ':' || group_concat('quote(\"' || c.name || '\")', ' || '','' || ')
                 FROM sqlite_schema s, pragma_table_info(s.name) c
                 WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite_%' AND c.name <> '{column}'
                 GROUP BY s.name"
            ),
            Self::Postgres(_) => format!(
                "SELECT tablename || ':CAST(to_jsonb(t) - ''{column}'' AS TEXT)' FROM pg_tables
                 WHERE schemaname = 'public'"
            ),
        };
        let tables = self.texts(names).await;
        let pair = |table: String| {
            let (name, row) = table.split_once(':').expect("a table");
            (name.to_owned(), row.to_owned())
        };
        tables.into_iter().map(pair).collect()
    }
}

/// Returns the names of tables that differ. Attempts at a password or code stay counted whatever follows, and challenges for passkeys
/// stay until they are answered or expire, so they do not count as changes.
pub fn changed(before: &Rows, after: &Rows) -> Vec<String> {
    let differs = |table: &&String| {
        !["throttle", "passkey_challenge"].contains(&table.as_str())
            && before.get(*table) != after.get(*table)
    };
    after.keys().filter(differs).cloned().collect()
}
