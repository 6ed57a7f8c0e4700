//! Connections to PostgreSQL. Each is checked to lead to a writable server of the known cluster, and has time-outs.

use super::{
    fence::{Cluster, Fence},
    pool::pool_options,
    transaction::ACQUIRE_TIMEOUT,
};
use crate::{Fault, StoreError, error::ConnectionFailure};
use sqlx::{Connection, PgConnection, PgPool, Postgres, postgres::PgConnectOptions};
use std::time::Duration;

/// How long the ping of a connection that returns to the pool may take.
const RELEASE: Duration = Duration::from_secs(2);
/// The age at which a connection that returns to the pool is closed, so that a server's memory for it does not grow without end.
const MAX_AGE: Duration = Duration::from_mins(30);

/// Time-outs of each session in milliseconds, and TCP keepalives in seconds, by which the server notices within 25 seconds that
/// this process is gone, whether it waits for a statement or for the receipt of an answer. They are set in the session and not at
/// its start, because a connection pooler may refuse start-up parameters. A transaction that a suspended process left open ends
/// before a wait for its locks does: the change that waits is made.
const SESSION: &str = "
    SELECT set_config('statement_timeout', '10000', false),
        set_config('lock_timeout', '3000', false),
        set_config('idle_in_transaction_session_timeout', '2000', false),
        set_config('tcp_keepalives_idle', '10', false),
        set_config('tcp_keepalives_interval', '5', false),
        set_config('tcp_keepalives_count', '3', false),
        set_config('tcp_user_timeout', '25000', false)";

/// Whether the server is a standby, and whether it is read-only.
const WRITABLE: &str =
    "SELECT pg_is_in_recovery(), current_setting('transaction_read_only') = 'on'";
/// The identity of the cluster. Managed services may forbid the first function.
const SYSTEM: &str = "SELECT CAST(system_identifier AS TEXT) FROM pg_control_system()";
const TIMELINE: &str = "SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)";

/// The connection limit of the role; negative without one.
const ROLE_LIMIT: &str = "SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user";

/// Occupies a session of the server.
const HOLD: &str = "BEGIN; SELECT 1";
/// Sets and reads a mark in the session.
const MARK: &str = "SELECT set_config('latchkey.session', 'kept', false)";
const MARKED: &str = "SELECT coalesce(current_setting('latchkey.session', true), '') = 'kept'";

/// SQLSTATE `insufficient_privilege`.
const NOT_ALLOWED: &str = "42501";
/// SQLSTATEs `object_not_in_prerequisite_state` and `feature_not_supported`, with which Amazon Aurora refuses functions about
/// the write-ahead log below `wal_level = logical`.
const WITHOUT_LOG: [&str; 2] = ["55000", "0A000"];
/// SQLSTATE `too_many_connections`.
const TOO_MANY: &str = "53300";
/// SQLSTATE `invalid_sql_statement_name`.
const NOT_PREPARED: &str = "26000";
/// SQLSTATE `protocol_violation`, with which a pooler in statement mode rejects `BEGIN`.
const NO_TRANSACTIONS: &str = "08P01";

/// Connections beside the pool: one renews the lease, one listens to changes.
const OTHER_CONNECTIONS: u32 = 2;

/// Returns the size of the pool: at most the connection limit of the role, without the other connections, because waiting for a
/// refused connection is in vain.
pub(crate) async fn allowed_connections(
    connection: &mut PgConnection,
    wanted: u32,
) -> Result<u32, StoreError> {
    let (limit,): (i32,) = sqlx::query_as(ROLE_LIMIT).fetch_one(connection).await?;
    Ok(u32::try_from(limit).map_or(wanted, |limit| {
        wanted.min(limit.saturating_sub(OTHER_CONNECTIONS)).max(1)
    }))
}

/// Removes the time-outs of a connection, for migrations.
pub(crate) async fn remove_timeouts(connection: &mut PgConnection) -> Result<(), StoreError> {
    const UNBOUNDED: &str = "SELECT set_config('statement_timeout', '0', false),
        set_config('lock_timeout', '0', false)";
    sqlx::query(UNBOUNDED).execute(connection).await?;
    Ok(())
}

/// Checks that the connection keeps its session: a pooler that runs each transaction in another session loses settings and
/// prepared statements.
///
/// # Errors
/// `Pooled` if it does not.
pub(crate) async fn require_own_session(
    first: &mut PgConnection,
    options: &PgConnectOptions,
) -> Result<(), StoreError> {
    let pooled = |error: sqlx::Error| match error {
        // A role that is limited to one connection cannot be tested; a pooler would have accepted the second one.
        sqlx::Error::Database(cause) if cause.code().as_deref() == Some(TOO_MANY) => None,
        sqlx::Error::Database(cause)
            if matches!(
                cause.code().as_deref(),
                Some(NOT_PREPARED | NO_TRANSACTIONS)
            ) =>
        {
            Some(StoreError::Pooled)
        }
        error => Some(error.into()),
    };
    let looked = async {
        sqlx::raw_sql(MARK).execute(&mut *first).await?;
        // Behind a pooler it takes the session with the mark and occupies it.
        let mut second = PgConnection::connect_with(options).await?;
        sqlx::raw_sql(HOLD).execute(&mut second).await?;
        let (kept,): (bool,) = sqlx::query_as(MARKED)
            .persistent(false)
            .fetch_one(first)
            .await?;
        second.close().await?;
        Ok(kept)
    };
    match tokio::time::timeout(ACQUIRE_TIMEOUT, looked).await {
        // A time-out: the first connection waits for the session that the second one occupies.
        Err(_) | Ok(Ok(false)) => Err(StoreError::Pooled),
        Ok(Ok(true)) => Ok(()),
        Ok(Err(error)) => pooled(error).map_or(Ok(()), Err),
    }
}

/// Makes a pool of read-write connections.
pub(crate) fn pool(options: PgConnectOptions, connections: u32, fence: &Fence) -> PgPool {
    let fence = fence.clone();
    pool_options::<Postgres>()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(move |connection, _| {
            let fence = fence.clone();
            Box::pin(async move {
                let prepared = prepare(connection).await;
                let checked =
                    prepared.and_then(|cluster| fence.check_cluster(&cluster).map_err(unusable));
                fence.record_connection(&checked);
                checked
            })
        })
        // Otherwise a connection whose packets are lost would stay in the pool until TCP gives up.
        .after_release(|connection, metadata| {
            Box::pin(async move {
                tokio::time::timeout(RELEASE, connection.ping())
                    .await
                    .map_err(|_| sqlx::Error::PoolTimedOut)??;
                Ok(metadata.age < MAX_AGE)
            })
        })
        .connect_lazy_with(options)
}

/// Makes one connection with the checks of the pool.
///
/// # Errors
/// Why it cannot be used.
pub(crate) async fn connect(
    options: &PgConnectOptions,
    fence: &Fence,
) -> Result<PgConnection, StoreError> {
    let connecting = async {
        let mut connection = PgConnection::connect_with(options).await?;
        let cluster = prepare(&mut connection).await?;
        fence.check_cluster(&cluster).map_err(unusable)?;
        Ok::<_, sqlx::Error>(connection)
    };
    let connected = super::transaction::within(ACQUIRE_TIMEOUT, connecting).await;
    fence.record_connection(&connected);
    Ok(connected?)
}

/// Checks that the server can be written, and sets the time-outs of the session. Returns the cluster.
pub(super) async fn prepare(connection: &mut PgConnection) -> sqlx::Result<Cluster> {
    let (is_standby, is_read_only): (bool, bool) =
        sqlx::query_as(WRITABLE).fetch_one(&mut *connection).await?;
    if is_standby {
        return Err(read_only(
            "at this address is a PostgreSQL standby; use the address of the primary",
        ));
    }
    if is_read_only {
        return Err(read_only(
            "PostgreSQL is read-only; use the address of the primary, and turn default_transaction_read_only off",
        ));
    }
    let cluster = cluster(connection).await?;
    sqlx::query(SESSION).execute(&mut *connection).await?;
    Ok(cluster)
}

async fn cluster(connection: &mut PgConnection) -> sqlx::Result<Cluster> {
    let system: sqlx::Result<(String,)> = sqlx::query_as(SYSTEM).fetch_one(&mut *connection).await;
    let system_id = match system {
        Ok((id,)) => id,
        Err(sqlx::Error::Database(cause)) if cause.code().as_deref() == Some(NOT_ALLOWED) => {
            String::new()
        }
        Err(error) => return Err(without_log(error)),
    };
    let timeline: sqlx::Result<(String,)> = sqlx::query_as(TIMELINE).fetch_one(connection).await;
    let (timeline,) = timeline.map_err(without_log)?;
    Ok(Cluster {
        system_id,
        timeline: i64::from_str_radix(&timeline, 16).unwrap_or_default(),
    })
}

/// Says what to do where the server does not tell its timeline.
fn without_log(error: sqlx::Error) -> sqlx::Error {
    match error {
        sqlx::Error::Database(cause)
            if cause
                .code()
                .is_some_and(|code| WITHOUT_LOG.contains(&&*code)) =>
        {
            unusable(format!(
                "PostgreSQL does not tell its timeline, by which failovers are noticed ({cause}); on Amazon Aurora, set \
                 rds.logical_replication = 1 in the parameter group of the cluster and restart it"
            ))
        }
        error => error,
    }
}

/// The error for a server that answers and is not the database. It counts as unavailable.
pub(super) fn unusable(why: impl Into<String>) -> sqlx::Error {
    ConnectionFailure::new(why, None).into_error()
}

/// The error for a server that answers and cannot be written. It counts as unavailable too, and the fault is reported.
fn read_only(why: &str) -> sqlx::Error {
    ConnectionFailure::new(why, Some(Fault::ReadOnly)).into_error()
}
