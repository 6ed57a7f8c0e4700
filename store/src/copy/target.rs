//! The PostgreSQL database that a copy is made to.

use super::{COPIED_TABLES, OTHER_TABLES};
use crate::{
    Fence, StoreError,
    database::{hosts::PostgresHosts, postgres, schema},
};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Postgres, Transaction};

/// The time between two statements, in which the source is read, has no limit either.
const BEGIN: &str = "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 3000; \
                     SET LOCAL idle_in_transaction_session_timeout = 0";
/// Whether a process was ever registered.
const WAS_USED: &str = "SELECT position > 0 OR epoch > 0 FROM change_head WHERE id = 1";
const COLUMNS: &str = "
    SELECT CAST(a.attname AS TEXT), CAST(t.typname AS TEXT), a.attidentity <> ''
    FROM pg_attribute a
    JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    ORDER BY a.attnum";
/// The rows that the triggers of new keys write are copied, and the triggers refuse keys of deleted applications.
const WITHOUT_TRIGGERS: &str = "ALTER TABLE api_key DISABLE TRIGGER USER";
const WITH_TRIGGERS: &str = "ALTER TABLE api_key ENABLE TRIGGER USER";

/// A column that is not computed of others.
pub(super) struct Column {
    name: String,
    pub(super) kind: ColumnType,
    /// Whether a sequence gives new rows their values.
    is_identity: bool,
}

/// How the value of a column is sent.
#[derive(Clone, Copy)]
pub(super) enum ColumnType {
    /// UUIDs too.
    Bytes,
    Text,
    Integer,
    Boolean,
}

/// Connects to the database, and migrates it if it has no tables.
///
/// # Errors
/// If it cannot be used; `Outdated` or `Newer` if its tables are of another version.
pub(super) async fn open(hosts: &PostgresHosts) -> Result<PgConnection, StoreError> {
    let (mut connection, options) = hosts.primary(&Fence::default()).await?;
    postgres::require_own_session(&mut connection, &options).await?;
    if schema::is_migrated(&mut connection).await? {
        schema::require_own_postgres(&mut connection).await?;
    } else {
        postgres::remove_timeouts(&mut connection).await?;
        schema::migrate_postgres(&mut connection).await?;
    }
    Ok(connection)
}

/// Begins the transaction: locks every table, so that no process starts on the database meanwhile, and checks that they are
/// empty.
///
/// # Errors
/// `NotEmpty`; if the database fails.
pub(super) async fn begin(
    connection: &mut PgConnection,
) -> Result<Transaction<'_, Postgres>, StoreError> {
    let mut tx = connection.begin_with(BEGIN).await?;
    let all = table_list(COPIED_TABLES.iter().chain(&OTHER_TABLES));
    run(
        &mut tx,
        format!("LOCK TABLE {all} IN ACCESS EXCLUSIVE MODE"),
    )
    .await?;
    for table in COPIED_TABLES.into_iter().chain(["node"]) {
        let any = format!("SELECT EXISTS (SELECT 1 FROM \"{table}\")");
        let (any,): (bool,) = sqlx::query_as(AssertSqlSafe(any))
            .fetch_one(&mut *tx)
            .await?;
        if any {
            return Err(StoreError::NotEmpty(table));
        }
    }
    let (was_used,): (bool,) = sqlx::query_as(WAS_USED).fetch_one(&mut *tx).await?;
    if was_used {
        return Err(StoreError::NotEmpty("change_head"));
    }
    run(&mut tx, WITHOUT_TRIGGERS.into()).await?;
    Ok(tx)
}

/// Ends the transaction but for the commit: restores the triggers, and updates the planner's statistics.
pub(super) async fn end(tx: &mut PgConnection) -> Result<(), StoreError> {
    run(tx, WITH_TRIGGERS.into()).await?;
    run(tx, format!("ANALYZE {}", table_list(&COPIED_TABLES))).await
}

/// Returns the columns of a table that are copied.
///
/// # Errors
/// `Corrupt` if a column has a type that is not in use; if the database fails.
pub(super) async fn columns(tx: &mut PgConnection, table: &str) -> Result<Vec<Column>, StoreError> {
    let found: Vec<(String, String, bool)> = sqlx::query_as(COLUMNS)
        .bind(table)
        .fetch_all(&mut *tx)
        .await?;
    let column = |(name, kind, is_identity): (String, String, bool)| {
        let kind = match kind.as_str() {
            "uuid" | "bytea" => ColumnType::Bytes,
            "text" => ColumnType::Text,
            "int8" => ColumnType::Integer,
            "bool" => ColumnType::Boolean,
            _ => {
                return Err(StoreError::Corrupt(format!(
                    "{table}.{name} has the type {kind}"
                )));
            }
        };
        Ok(Column {
            name,
            kind,
            is_identity,
        })
    };
    found.into_iter().map(column).collect()
}

/// Sets the sequences of a table to the value after its largest one.
pub(super) async fn continue_identities(
    tx: &mut PgConnection,
    table: &str,
    columns: &[Column],
) -> Result<(), StoreError> {
    for Column { name, .. } in columns.iter().filter(|column| column.is_identity) {
        let next = format!(
            "SELECT setval(pg_get_serial_sequence('{table}', '{name}'), COALESCE(MAX(\"{name}\"), 0) + 1, FALSE) FROM \"{table}\""
        );
        run(tx, next).await?;
    }
    Ok(())
}

/// Returns the names of columns with commas between them.
pub(super) fn column_list(columns: &[Column]) -> String {
    let names: Vec<String> = columns
        .iter()
        .map(|column| format!("\"{}\"", column.name))
        .collect();
    names.join(", ")
}

fn table_list<'a>(tables: impl IntoIterator<Item = &'a &'a str>) -> String {
    let names: Vec<String> = tables
        .into_iter()
        .map(|table| format!("\"{table}\""))
        .collect();
    names.join(", ")
}

async fn run(tx: &mut PgConnection, statement: String) -> Result<(), StoreError> {
    sqlx::raw_sql(AssertSqlSafe(statement))
        .execute(&mut *tx)
        .await?;
    Ok(())
}
