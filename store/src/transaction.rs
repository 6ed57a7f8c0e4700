//! How a body of statements runs on either database: within a deadline, on a connection that is thrown away where its state
//! is not certain, and, where it writes, only as long as this process's claim holds.

use crate::StoreError;
use std::time::Duration;

/// How long a query may take.
pub(crate) const READ_DEADLINE: Duration = Duration::from_secs(15);
/// How long a transaction that writes may take, from waiting for a connection to the end of the commit.
pub(crate) const WRITE_DEADLINE: Duration = Duration::from_secs(10);
/// The same for one that writes a row for each key of an application.
pub(crate) const BULK_DEADLINE: Duration = Duration::from_mins(2);

/// An error that can say that a deadline has passed.
pub(crate) trait Elapsed {
    /// The error.
    fn elapsed() -> Self;
}

impl Elapsed for sqlx::Error {
    fn elapsed() -> Self {
        Self::PoolTimedOut
    }
}

impl Elapsed for StoreError {
    fn elapsed() -> Self {
        Self::Unavailable(sqlx::Error::PoolTimedOut)
    }
}

/// Runs `body`, or gives up after `deadline`.
pub(crate) async fn within<T, E: Elapsed>(
    deadline: Duration,
    body: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    tokio::time::timeout(deadline, body)
        .await
        .unwrap_or_else(|_| Err(E::elapsed()))
}

/// Runs one body against whichever pool reads, without a deadline.
macro_rules! on_pool {
    ($store:expr, |$pool:ident| $body:expr) => {
        match $store {
            $crate::Store::Sqlite { readers: $pool, .. } => $body,
            $crate::Store::Postgres { pool: $pool, .. } => $body,
        }
    };
}

/// Runs one body against whichever pool reads. Evaluates to the body's `Result`.
macro_rules! read {
    ($store:expr, |$pool:ident| $body:expr) => {
        $crate::transaction::on_pool!($store, |$pool| {
            $crate::transaction::within($crate::transaction::READ_DEADLINE, async { $body }).await
        })
    };
}

/// Runs one body in a transaction that may write, and commits; returns from the caller with the error where there is one.
/// SQLite begins it `IMMEDIATE`: a deferred one that reads first fails with "locked" however long it would wait. Where its
/// disk is full, the reserve is released and the body runs once more.
macro_rules! write {
    ($store:expr, |$tx:ident| $body:expr) => {
        $crate::transaction::write!($store, $crate::transaction::WRITE_DEADLINE, |$tx| $body)
    };
    ($store:expr, $deadline:expr, |$tx:ident| $body:expr) => {
        match $store {
            $crate::Store::Sqlite {
                writer,
                fence,
                disk,
                ..
            } => {
                let mut again = true;
                loop {
                    match $crate::transaction::transact!(
                        writer,
                        "BEGIN IMMEDIATE",
                        fence,
                        $deadline,
                        |$tx| $body
                    ) {
                        Ok(value) => {
                            disk.wrote();
                            break value;
                        }
                        Err(error) if again && disk.make_room(&error).await => again = false,
                        Err(error) => return Err(disk.failed(error)),
                    }
                }
            }
            $crate::Store::Postgres { pool, fence, .. } => {
                $crate::transaction::transact!(pool, "BEGIN", fence, $deadline, |$tx| $body)?
            }
        }
    };
}

/// As `write!`, for what can wait (counts, decisions, pruning): never with the reserve, and not at all while the disk of an
/// SQLite file is full.
macro_rules! write_later {
    ($store:expr, |$tx:ident| $body:expr) => {
        match $store {
            $crate::Store::Sqlite {
                writer,
                fence,
                disk,
                ..
            } => {
                disk.room()?;
                match $crate::transaction::transact!(
                    writer,
                    "BEGIN IMMEDIATE",
                    fence,
                    $crate::transaction::WRITE_DEADLINE,
                    |$tx| $body
                ) {
                    Ok(value) => {
                        disk.wrote();
                        value
                    }
                    Err(error) => return Err(disk.failed(error)),
                }
            }
            $crate::Store::Postgres { pool, fence, .. } => $crate::transaction::transact!(
                pool,
                "BEGIN",
                fence,
                $crate::transaction::WRITE_DEADLINE,
                |$tx| $body
            )?,
        }
    };
}

/// The one transaction of [`write!`]: a `Result`.
macro_rules! transact {
    ($pool:expr, $begin:expr, $fence:expr, $deadline:expr, |$tx:ident| $body:expr) => {
        match $crate::writer::Writer::acquire($pool).await {
            Ok(mut writer) => {
                let mut committing = false;
                let done: Result<_, $crate::StoreError> =
                    $crate::transaction::within($deadline, async {
                        let tx = sqlx::Connection::begin_with(writer.connection()?, $begin).await?;
                        let mut $tx = $crate::audit::Sealed::new(tx, $fence.seals());
                        if let Some(epoch) = $fence.claimed() {
                            let (_, now): (i64, i64) = sqlx::query_as($crate::sql::CHANGE_HEAD)
                                .fetch_one(&mut *$tx)
                                .await?;
                            if now != epoch {
                                return Err($crate::StoreError::Fenced);
                            }
                        }
                        let value = $body;
                        committing = true;
                        $tx.into_inner().commit().await?;
                        Ok(value)
                    })
                    .await;
                match done {
                    Ok(value) => {
                        writer.give_back();
                        Ok(value)
                    }
                    Err(error) => {
                        if error.leaves_connection_usable() {
                            writer.give_back();
                        } else {
                            drop(writer);
                        }
                        // For want of room nothing is committed.
                        if committing && !error.asks_for_room() {
                            Err($crate::StoreError::Uncertain(Box::new(error)))
                        } else {
                            Err(error)
                        }
                    }
                }
            }
            Err(error) => Err($crate::StoreError::from(error)),
        }
    };
}
pub(crate) use {on_pool, read, transact, write, write_later};

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;

    #[tokio::test(start_paused = true)]
    async fn what_does_not_answer_is_given_up() {
        let silent = within(WRITE_DEADLINE, pending::<Result<(), StoreError>>()).await;
        assert!(matches!(silent, Err(StoreError::Unavailable(_))));
        let answered = within(READ_DEADLINE, async { Ok::<_, sqlx::Error>(7) }).await;
        assert_eq!(answered.ok(), Some(7));
    }
}
