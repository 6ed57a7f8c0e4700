//! Connections to PostgreSQL. Each is checked to lead to a writable server of the known cluster, and has time-outs.

use super::transaction::ACQUIRE_TIMEOUT;
use crate::{
    StoreError,
    node::fence::{Cluster, Fence},
};
use sqlx::{
    Connection, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{io, str::FromStr, sync::Arc, time::Duration};

/// How long the ping of a connection that returns to the pool may take.
const RELEASE: Duration = Duration::from_secs(2);

/// Time-outs of each session in milliseconds, and TCP keepalives in seconds, by which the server notices that this process is
/// gone. They are set in the session and not at its start, because a connection pooler may refuse start-up parameters. A
/// transaction that a suspended process left open ends before a wait for its locks does: the change that waits is made.
const SESSION: &str = "
    SELECT set_config('statement_timeout', '10000', false),
        set_config('lock_timeout', '3000', false),
        set_config('idle_in_transaction_session_timeout', '2000', false),
        set_config('tcp_keepalives_idle', '10', false),
        set_config('tcp_keepalives_interval', '5', false),
        set_config('tcp_keepalives_count', '3', false)";

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

/// The servers of a URL. One of them is the primary at a time.
#[derive(Clone, Debug)]
pub struct PostgresHosts(Arc<[PgConnectOptions]>);

impl PostgresHosts {
    /// Parses `postgres://USER:PASSWORD@HOST:PORT,HOST:PORT/DATABASE?target_session_attrs=read-write`, as libpq does. Only a
    /// primary can be used, so `read-write`, `primary` and no value mean the same.
    ///
    /// # Errors
    /// `UnknownKind` if it cannot be parsed; `Attributes` if it asks for a read-only server.
    pub(crate) fn parse(url: &str) -> Result<Self, StoreError> {
        let (start, rest) = url.split_once("://").ok_or(StoreError::UnknownKind)?;
        let (authority, rest) = match rest.find(['/', '?']) {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let (user, hosts) = match authority.rsplit_once('@') {
            Some((user, hosts)) => (format!("{user}@"), hosts),
            None => (String::new(), authority),
        };
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut parameters = Vec::new();
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            match parameter.split_once('=') {
                Some(("target_session_attrs", "read-write" | "primary")) => {}
                Some(("target_session_attrs", _)) => return Err(StoreError::Attributes),
                _ => parameters.push(parameter),
            }
        }
        let query = parameters.join("&");
        let all: Result<Vec<_>, _> = hosts
            .split(',')
            .map(|host| {
                let url = format!("{start}://{user}{host}{path}?{query}");
                // A connection pooler may refuse this parameter, and no column is a fraction.
                PgConnectOptions::from_str(&url).map(|options| options.extra_float_digits(None))
            })
            .collect();
        Ok(Self(all.map_err(|_| StoreError::UnknownKind)?.into()))
    }

    /// Connects to the primary. Returns the connection and the options for more of them.
    ///
    /// # Errors
    /// Why the last server cannot be used.
    pub(crate) async fn primary(
        &self,
        fence: &Fence,
    ) -> Result<(PgConnection, PgConnectOptions), StoreError> {
        let mut last = StoreError::UnknownKind;
        for options in self.0.iter() {
            match connect(options, fence).await {
                Ok(connection) => return Ok((connection, options.clone())),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Connects to the primary, which may be a promoted standby. Returns the connection, the options for more of them, and the
    /// cluster.
    ///
    /// # Errors
    /// Why the last server cannot be used.
    pub(crate) async fn successor(
        &self,
        fence: &Fence,
    ) -> Result<(PgConnection, PgConnectOptions, Cluster), StoreError> {
        let mut last = StoreError::UnknownKind;
        for options in self.0.iter() {
            let connecting = async {
                let mut connection = PgConnection::connect_with(options).await?;
                let cluster = prepare(&mut connection).await?;
                fence.check_successor(&cluster).map_err(unusable)?;
                Ok::<_, sqlx::Error>((connection, options.clone(), cluster))
            };
            let connected = super::transaction::within(ACQUIRE_TIMEOUT, connecting).await;
            fence.record_connection(&connected);
            match connected {
                Ok(connected) => return Ok(connected),
                Err(error) => last = error.into(),
            }
        }
        Err(last)
    }

    /// Returns the options for the first server that answers, writable or not.
    ///
    /// # Errors
    /// Why the last server does not answer.
    pub(crate) async fn any(&self) -> Result<PgConnectOptions, StoreError> {
        let mut last = StoreError::UnknownKind;
        for options in self.0.iter() {
            let connecting = PgConnection::connect_with(options);
            match super::transaction::within(ACQUIRE_TIMEOUT, connecting).await {
                Ok(connection) => {
                    connection.close().await?;
                    return Ok(options.clone());
                }
                Err(error) => last = error.into(),
            }
        }
        Err(last)
    }

    /// Whether there is more than one server.
    pub(crate) fn are_several(&self) -> bool {
        self.0.len() > 1
    }
}

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
    PgPoolOptions::new()
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
        .after_release(|connection, _| {
            Box::pin(async move {
                tokio::time::timeout(RELEASE, connection.ping())
                    .await
                    .map_err(|_| sqlx::Error::PoolTimedOut)??;
                Ok(true)
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
async fn prepare(connection: &mut PgConnection) -> sqlx::Result<Cluster> {
    let (standby, read_only): (bool, bool) =
        sqlx::query_as(WRITABLE).fetch_one(&mut *connection).await?;
    if standby {
        return Err(unusable(
            "at this address is a PostgreSQL standby; use the address of the primary",
        ));
    }
    if read_only {
        return Err(unusable(
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
fn unusable(why: impl Into<String>) -> sqlx::Error {
    sqlx::Error::Io(io::Error::other(why.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;
    use std::net::Ipv4Addr;
    use tokio::{io::AsyncReadExt, net::TcpListener};

    /// A store over a server that is at a port of this machine, or is not there.
    fn store_at(port: u16) -> Store {
        let url = format!("postgres://latchkey@127.0.0.1:{port}/latchkey");
        let hosts = PostgresHosts::parse(&url).expect("a URL");
        let fence = Fence::default();
        Store::Postgres {
            pool: pool(hosts.0[0].clone(), 1, &fence),
            hosts,
            fence,
        }
    }

    /// Connects as the renewal of the lease does.
    async fn connection_error(store: &Store) -> StoreError {
        let Store::Postgres { hosts, fence, .. } = store else {
            panic!("not PostgreSQL");
        };
        hosts.successor(fence).await.expect_err("no PostgreSQL")
    }

    #[tokio::test]
    async fn a_pool_without_connections_reports_why_the_last_one_was_refused() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let address = listener.expect("a port").local_addr().expect("bound");
        let store = store_at(address.port());
        let refused = connection_error(&store).await.to_string();
        assert!(refused.contains("Connection refused"), "{refused}");
        let (read, written) = tokio::join!(store.ping(), store.delete_time_mark());
        for outcome in [read, written] {
            assert_eq!(outcome.expect_err("refused").to_string(), refused);
        }
        // A connection that succeeds ends it.
        store.fence().record_connection(&Ok(()));
        let busy: Result<(), _> = store.fence().explain(Err(sqlx::Error::PoolTimedOut));
        assert!(matches!(busy, Err(sqlx::Error::PoolTimedOut)), "{busy:?}");
    }

    #[tokio::test]
    async fn a_server_that_ends_while_a_connection_is_opened_is_unavailable() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.expect("a port");
        let store = store_at(listener.local_addr().expect("bound").port());
        let ending = async {
            let (mut stream, _) = listener.accept().await.expect("a client");
            let mut request = [0; 8];
            stream.read_exact(&mut request).await.expect("SSLRequest");
        };
        let (error, ()) = tokio::join!(connection_error(&store), ending);
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    }

    fn hosts_of(url: &str) -> Vec<(String, u16)> {
        let hosts = PostgresHosts::parse(url).expect("a URL");
        let all = hosts.0.iter();
        all.map(|options| (options.get_host().to_owned(), options.get_port()))
            .collect()
    }

    #[test]
    fn a_url_lists_one_server_or_several() {
        assert_eq!(hosts_of("postgres://u:p@a/db"), [("a".to_owned(), 5432)]);
        let several = "postgres://u:p%40@a:5433,b,[2001:db8::1]:7/db?target_session_attrs=read-write&sslmode=disable";
        let expected = [("a", 5433), ("b", 5432), ("[2001:db8::1]", 7)];
        assert_eq!(
            hosts_of(several),
            expected.map(|(host, port)| (host.to_owned(), port))
        );
        let hosts = PostgresHosts::parse(several).expect("a URL");
        assert!(
            hosts
                .0
                .iter()
                .all(|options| options.get_database() == Some("db"))
        );
    }

    #[test]
    fn a_url_for_a_read_only_server_is_refused() {
        let standby = "postgres://a,b/db?target_session_attrs=standby";
        assert!(matches!(
            PostgresHosts::parse(standby),
            Err(StoreError::Attributes)
        ));
        assert!(matches!(
            PostgresHosts::parse("postgres"),
            Err(StoreError::UnknownKind)
        ));
    }
}
