//! Copying an SQLite database to an empty PostgreSQL database.
//!
//! The rows of each table are sent with `COPY` in PostgreSQL's binary format, read back in the same transaction, and compared.
//! Only if all of them are equal is it committed, so an interrupted copy leaves nothing. Names of tables and columns are parts
//! of the statements, so these are not in files.

mod target;
mod tuple;

use crate::{
    Store, StoreError,
    database::{hosts::PostgresHosts, schema},
    sql,
};
use futures_util::TryStreamExt as _;
use sqlx::{AssertSqlSafe, PgConnection, Sqlite, Transaction};
use target::Column;
use tuple::{HEADER, RowSum, TRAILER, TupleReader};

/// The tables whose rows are copied, each after the tables that it refers to.
pub const COPIED_TABLES: [&str; 38] = [
    "account",
    "application",
    "person",
    "membership",
    "application_role",
    "invitation",
    "session",
    "password_reset",
    "second_factor",
    "authenticator",
    "passkey",
    "passkey_challenge",
    "recovery_code",
    "pending_sign_in",
    "throttle",
    "mail",
    "identity",
    "completed_sign_in",
    "api_key",
    "scope_set",
    "key_secret",
    "key_last_use",
    "usage_rollup",
    "usage_refusal",
    "usage_breakdown",
    "key_day",
    "usage_batch",
    "usage_journal",
    "usage_report",
    "usage_report_batch",
    "decision",
    "key_expiry_notice",
    "key_expiry_mail",
    "security_event",
    "sighting",
    "audit",
    "change",
    "time_mark",
];

/// The tables whose rows are not copied: the one row of `change_head` is set to that of the source, but for the cluster, which
/// the first process names; `node` has the processes of one database; `write_probe` has a row that nothing reads.
pub const OTHER_TABLES: [&str; 3] = ["change_head", "node", "write_probe"];

/// Bytes of rows that are sent at once.
const BATCH_BYTES: usize = 256 * 1024;

/// The numbers of copied tables and rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CopyReport {
    /// The number of tables.
    pub tables: usize,
    /// The number of their rows.
    pub rows: u64,
}

/// The transaction in which the source is read, as of one instant.
type Source = Transaction<'static, Sqlite>;

impl Store {
    /// Copies all data of this SQLite database to the PostgreSQL database at `url`, in one transaction. A database without tables
    /// is migrated first. No other process may use either of them.
    ///
    /// # Errors
    /// `NotEmpty` if that database has data; `Outdated` or `Newer` if a schema is not that of this program; `CopyDiffers` if a row
    /// arrived changed; `UnknownKind` if this is not SQLite or that is not PostgreSQL; if a database fails. Nothing is copied then,
    /// except for `OutcomeUnknown`.
    pub async fn copy_to_postgres(&self, url: &str) -> Result<CopyReport, StoreError> {
        let Self::Sqlite { readers, .. } = self else {
            return Err(StoreError::UnknownKind);
        };
        if !(url.starts_with("postgres://") || url.starts_with("postgresql://")) {
            return Err(StoreError::UnknownKind);
        }
        let mut source = readers.begin().await?;
        schema::require_own_sqlite(&mut source).await?;
        let mut connection = target::open(&PostgresHosts::parse(url)?).await?;
        let mut target = target::begin(&mut connection).await?;
        let mut report = CopyReport::default();
        for table in COPIED_TABLES {
            let columns = target::columns(&mut target, table).await?;
            let sent = send_rows(&mut source, &mut target, table, &columns).await?;
            if sent != read_rows(&mut target, table, &columns).await? {
                return Err(StoreError::CopyDiffers(table));
            }
            target::continue_identities(&mut target, table, &columns).await?;
            report.tables += 1;
            report.rows += sent.rows();
        }
        copy_position(&mut source, &mut target).await?;
        target::end(&mut target).await?;
        let committed = target.commit().await;
        committed.map_err(|error| StoreError::OutcomeUnknown(Box::new(error.into())))?;
        Ok(report)
    }
}

/// Sends the rows of a table. Returns what was sent.
async fn send_rows(
    source: &mut Source,
    target: &mut PgConnection,
    table: &str,
    columns: &[Column],
) -> Result<RowSum, StoreError> {
    let names = target::column_list(columns);
    let select = format!("SELECT {names} FROM \"{table}\"");
    let mut rows = sqlx::query(AssertSqlSafe(select))
        .persistent(false)
        .fetch(&mut **source);
    let copy = format!("COPY \"{table}\" ({names}) FROM STDIN (FORMAT binary)");
    let mut copy = target.copy_in_raw(&copy).await?;
    let mut sum = RowSum::default();
    let mut batch = HEADER.to_vec();
    while let Some(row) = rows.try_next().await? {
        let start = batch.len();
        tuple::encode(&row, columns, &mut batch)?;
        sum.add(&batch[start..]);
        if batch.len() >= BATCH_BYTES {
            copy.send(batch.as_slice()).await?;
            batch.clear();
        }
    }
    batch.extend(TRAILER);
    copy.send(batch.as_slice()).await?;
    copy.finish().await?;
    Ok(sum)
}

/// Reads the rows of a table in the target. Returns what they are.
async fn read_rows(
    target: &mut PgConnection,
    table: &str,
    columns: &[Column],
) -> Result<RowSum, StoreError> {
    let names = target::column_list(columns);
    let copy = format!("COPY \"{table}\" ({names}) TO STDOUT (FORMAT binary)");
    let mut data = target.copy_out_raw(&copy).await?;
    let mut reader = TupleReader::default();
    while let Some(data) = data.try_next().await? {
        reader.read(&data);
    }
    Ok(reader.sum())
}

/// Continues the positions, the epochs and the histories of the source.
async fn copy_position(source: &mut Source, target: &mut PgConnection) -> Result<(), StoreError> {
    let (position, epoch, history, forked_at): (i64, i64, i64, i64) =
        sqlx::query_as(sql::CHANGE_HEAD_NUMBERS)
            .fetch_one(&mut **source)
            .await?;
    crate::change_row!(
        target,
        sql::CHANGE_HEAD_CONTINUE,
        position,
        epoch,
        history,
        forked_at
    )
}
