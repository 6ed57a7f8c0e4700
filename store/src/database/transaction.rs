//! Running statements on either database: within a deadline, on a connection that is closed if its state is not certain,
//! and, for writes, only while this process is registered.
//!
//! The bodies are macros' arguments, because one text of Rust is compiled for two database types. No macro of this crate
//! returns from its caller: each evaluates to a value or to a `Result`.

use crate::StoreError;
use std::{io, time::Duration};

/// How long a statement waits for a connection before the database counts as unavailable.
pub(super) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// Maximum duration of a query.
pub(crate) const READ_DEADLINE: Duration = Duration::from_secs(15);
/// Maximum duration of a read-write transaction, from waiting for a connection to the end of the commit.
pub(crate) const WRITE_DEADLINE: Duration = Duration::from_secs(10);
/// Maximum duration of a transaction that writes a row for each key of an application.
pub(crate) const BULK_DEADLINE: Duration = Duration::from_mins(2);

/// Begins a transaction of [`BULK_DEADLINE`] on PostgreSQL. Its statements may take longer than those of others, and so may the
/// audit records between two of them.
pub(crate) const BEGIN_BULK: &str = "BEGIN; SET LOCAL statement_timeout = 60000; \
                                     SET LOCAL idle_in_transaction_session_timeout = 5000";

/// An error of the driver, or one that can wrap it.
pub(crate) trait DriverError: From<sqlx::Error> {
    /// Whether the pool had no connection in time.
    fn is_pool_timeout(&self) -> bool;
}

impl DriverError for sqlx::Error {
    fn is_pool_timeout(&self) -> bool {
        matches!(self, Self::PoolTimedOut)
    }
}

impl DriverError for StoreError {
    fn is_pool_timeout(&self) -> bool {
        matches!(self, Self::Unavailable(sqlx::Error::PoolTimedOut))
    }
}

/// Runs `body`; fails as a connection that timed out after `deadline`.
pub(crate) async fn within<T, E: DriverError>(
    deadline: Duration,
    body: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    tokio::time::timeout(deadline, body)
        .await
        .unwrap_or_else(|_| {
            let elapsed =
                io::Error::new(io::ErrorKind::TimedOut, "no response within the time limit");
            Err(sqlx::Error::Io(elapsed).into())
        })
}

/// Expands a body for the read pool of either database, without a deadline. Evaluates to the body.
macro_rules! with_read_pool {
    ($store:expr, |$pool:ident| $body:expr) => {
        match $store {
            $crate::Store::Sqlite { readers: $pool, .. } => $body,
            $crate::Store::Postgres { pool: $pool, .. } => $body,
        }
    };
}

/// Runs a body against the read pool within [`READ_DEADLINE`]. Evaluates to the body's `Result`; a `?` in the body leaves
/// the body only.
macro_rules! read {
    ($store:expr, |$pool:ident| $body:expr) => {
        $crate::database::transaction::with_read_pool!($store, |$pool| {
            let read = $crate::database::transaction::within(
                $crate::database::transaction::READ_DEADLINE,
                async { $body },
            )
            .await;
            $store.fence().explain(read)
        })
    };
}

/// Runs a body in a read-write transaction and commits it. Evaluates to a `Result` with the body's value; `?` and `return`
/// in the body leave the body only, and roll back.
///
/// SQLite begins it `IMMEDIATE`: a deferred transaction that reads first fails with "locked" however long it would wait.
/// If its disk is full, the reserve is released and the body runs once more.
macro_rules! transaction {
    ($store:expr, |$tx:ident| $body:expr) => {
        $crate::database::transaction::transaction!(
            $store,
            ($crate::database::transaction::WRITE_DEADLINE, "BEGIN"),
            |$tx| $body
        )
    };
    ($store:expr, bulk, |$tx:ident| $body:expr) => {
        $crate::database::transaction::transaction!(
            $store,
            (
                $crate::database::transaction::BULK_DEADLINE,
                $crate::database::transaction::BEGIN_BULK
            ),
            |$tx| $body
        )
    };
    ($store:expr, ($deadline:expr, $begin:expr), |$tx:ident| $body:expr) => {
        match $store {
            $crate::Store::Sqlite {
                writer,
                fence,
                disk,
                ..
            } => {
                let mut retry = true;
                loop {
                    if let Err(gone) = disk.require_file() {
                        break Err(gone);
                    }
                    match $crate::database::transaction::run_transaction!(
                        writer,
                        ("BEGIN IMMEDIATE", $crate::sql::NODE_CHECK.of($store)),
                        fence,
                        $deadline,
                        |$tx| $body
                    ) {
                        Err(error) if retry && disk.make_room(&error).await => retry = false,
                        result => break disk.observe(result),
                    }
                }
            }
            $crate::Store::Postgres { pool, fence, .. } => {
                $crate::database::transaction::run_transaction!(
                    pool,
                    ($begin, $crate::sql::NODE_CHECK.of($store)),
                    fence,
                    $deadline,
                    |$tx| $body
                )
            }
        }
    };
}

/// Like [`transaction!`], for writes that can wait (counts, decisions, pruning): it never uses the reserve, and is refused
/// while the disk of an SQLite file is full.
macro_rules! deferrable_transaction {
    ($store:expr, |$tx:ident| $body:expr) => {
        match $store {
            $crate::Store::Sqlite {
                writer,
                fence,
                disk,
                ..
            } => match disk.require_room() {
                Err(full) => Err(full),
                Ok(()) => disk.observe($crate::database::transaction::run_transaction!(
                    writer,
                    ("BEGIN IMMEDIATE", $crate::sql::NODE_CHECK.of($store)),
                    fence,
                    $crate::database::transaction::WRITE_DEADLINE,
                    |$tx| $body
                )),
            },
            $crate::Store::Postgres { pool, fence, .. } => {
                $crate::database::transaction::run_transaction!(
                    pool,
                    ("BEGIN", $crate::sql::NODE_CHECK.of($store)),
                    fence,
                    $crate::database::transaction::WRITE_DEADLINE,
                    |$tx| $body
                )
            }
        }
    };
}

/// One attempt of [`transaction!`]. Evaluates to a `Result`.
macro_rules! run_transaction {
    ($pool:expr, ($begin:expr, $check:expr), $fence:expr, $deadline:expr, |$tx:ident| $body:expr) => {
        match $crate::database::writer::Writer::acquire($pool).await {
            Ok(mut writer) => {
                let mut committing = false;
                let result: Result<_, $crate::StoreError> =
                    $crate::database::transaction::within($deadline, async {
                        let tx = sqlx::Connection::begin_with(writer.connection()?, $begin).await?;
                        let mut $tx = $crate::seal::SealingTransaction::new(tx, $fence.seals());
                        if let Some(registration) = $fence.registration() {
                            let seen = $fence.position();
                            // On PostgreSQL this locks the row until the commit, so that it is not deleted meanwhile.
                            let found: Option<(i64, i64)> = sqlx::query_as($check)
                                .bind(registration.node)
                                .bind(registration.epoch)
                                .fetch_optional(&mut *$tx)
                                .await?;
                            $fence.check(found, seen)?;
                        }
                        let value = $body;
                        committing = true;
                        $tx.into_inner().commit().await?;
                        Ok(value)
                    })
                    .await;
                writer.finish(result, committing)
            }
            Err(error) => $fence.explain(Err($crate::StoreError::from(error))),
        }
    };
}
pub(crate) use {deferrable_transaction, read, run_transaction, transaction, with_read_pool};

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;

    #[tokio::test(start_paused = true)]
    async fn a_body_that_exceeds_its_deadline_fails_as_unavailable() {
        let silent = within(WRITE_DEADLINE, pending::<Result<(), StoreError>>()).await;
        assert_eq!(
            silent.expect_err("silent").to_string(),
            "the database does not answer: no response within the time limit"
        );
        let answered = within(READ_DEADLINE, async { Ok::<_, sqlx::Error>(7) }).await;
        assert_eq!(answered.ok(), Some(7));
    }
}
