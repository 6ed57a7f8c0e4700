//! Connections to PostgreSQL: each is checked to be one to the database that this process knows, and can be written to;
//! none waits for ever.

use crate::{
    StoreError,
    fence::{Cluster, Fence},
};
use sqlx::{
    Connection, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{io, str::FromStr, sync::Arc, time::Duration};

/// How long a statement waits for a connection before the database counts as unavailable.
const ACQUIRE: Duration = Duration::from_secs(2);
/// How long a connection that comes back may take to show that it still works.
const RELEASE: Duration = Duration::from_secs(2);

/// What PostgreSQL itself bounds in each session, and when it notices that this process is gone. Milliseconds but for the
/// keepalives, which are seconds. Settings of the session and not of its start, which a connection pooler may refuse.
const SESSION: &str = "
    SELECT set_config('statement_timeout', '10000', false),
        set_config('lock_timeout', '3000', false),
        set_config('idle_in_transaction_session_timeout', '5000', false),
        set_config('tcp_keepalives_idle', '10', false),
        set_config('tcp_keepalives_interval', '5', false),
        set_config('tcp_keepalives_count', '3', false)";

/// Whether the server is a primary that can be written to.
const WRITABLE: &str =
    "SELECT pg_is_in_recovery(), current_setting('transaction_read_only') = 'on'";
/// Which cluster it is. Managed services may keep the first function to themselves.
const SYSTEM: &str = "SELECT CAST(system_identifier AS TEXT) FROM pg_control_system()";
const TIMELINE: &str = "SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)";

/// How many connections the role may have; negative for as many as it likes.
const ROLE_LIMIT: &str = "SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user";

/// Keeps a session of the server busy.
const HOLD: &str = "BEGIN; SELECT 1";
/// Marks the session, and looks for the mark.
const MARK: &str = "SELECT set_config('latchkey.session', 'kept', false)";
const MARKED: &str = "SELECT coalesce(current_setting('latchkey.session', true), '') = 'kept'";

/// SQLSTATE `insufficient_privilege`.
const NOT_ALLOWED: &str = "42501";
/// SQLSTATE `too_many_connections`.
const TOO_MANY: &str = "53300";
/// SQLSTATE `invalid_sql_statement_name`.
const NOT_PREPARED: &str = "26000";
/// SQLSTATE `protocol_violation`, by which a pooler in statement mode answers `BEGIN`.
const NO_TRANSACTIONS: &str = "08P01";

/// The servers of a URL, of which one is the primary at a time.
#[derive(Clone, Debug)]
pub struct Hosts(Arc<[PgConnectOptions]>);

impl Hosts {
    /// Reads `postgres://USER:PASSWORD@HOST:PORT,HOST:PORT/DATABASE?target_session_attrs=read-write`, as libpq does. Only a
    /// primary can be used, so `read-write` and `primary` mean the same, and so does nothing at all.
    ///
    /// # Errors
    /// `UnknownKind` where it cannot be read; `Attributes` where it asks for a server that cannot be written to.
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
                // A connection pooler may refuse it, and no number here is a fraction.
                PgConnectOptions::from_str(&url).map(|options| options.extra_float_digits(None))
            })
            .collect();
        Ok(Self(all.map_err(|_| StoreError::UnknownKind)?.into()))
    }

    /// A connection to the primary, and how to make more.
    ///
    /// # Errors
    /// Why the last one of them cannot be used.
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

    /// How to connect to the first of them that answers, whether it can be written to or not.
    ///
    /// # Errors
    /// Why the last one of them does not answer.
    pub(crate) async fn any(&self) -> Result<PgConnectOptions, StoreError> {
        let mut last = StoreError::UnknownKind;
        for options in self.0.iter() {
            let connecting = PgConnection::connect_with(options);
            match crate::transaction::within(ACQUIRE, connecting).await {
                Ok(connection) => {
                    connection.close().await?;
                    return Ok(options.clone());
                }
                Err(error) => last = error.into(),
            }
        }
        Err(last)
    }

    /// Whether there is more than one.
    pub(crate) fn are_several(&self) -> bool {
        self.0.len() > 1
    }
}

/// How many connections a pool may have: no more than the role, since one that is refused is waited for in vain.
pub(crate) async fn connections(
    connection: &mut PgConnection,
    wanted: u32,
) -> Result<u32, StoreError> {
    let (limit,): (i32,) = sqlx::query_as(ROLE_LIMIT).fetch_one(connection).await?;
    Ok(u32::try_from(limit).map_or(wanted, |limit| wanted.min(limit).max(1)))
}

/// Takes the time-outs away from a connection, for migrations.
pub(crate) async fn wait_as_long_as_it_takes(
    connection: &mut PgConnection,
) -> Result<(), StoreError> {
    const UNBOUNDED: &str = "SELECT set_config('statement_timeout', '0', false),
        set_config('lock_timeout', '0', false)";
    sqlx::query(UNBOUNDED).execute(connection).await?;
    Ok(())
}

/// Makes sure that a session is one: a pooler that gives each transaction another server's session loses what is set and
/// prepared in it.
///
/// # Errors
/// `Pooled` where there is such a pooler.
pub(crate) async fn keeps_sessions(
    first: &mut PgConnection,
    options: &PgConnectOptions,
) -> Result<(), StoreError> {
    let pooled = |error: sqlx::Error| match error {
        // A role that may have one connection only cannot be looked at, and a pooler would have let it in.
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
        // It takes the server's session that the mark was left in, and keeps it busy.
        let mut second = PgConnection::connect_with(options).await?;
        sqlx::raw_sql(HOLD).execute(&mut second).await?;
        let (kept,): (bool,) = sqlx::query_as(MARKED)
            .persistent(false)
            .fetch_one(first)
            .await?;
        second.close().await?;
        Ok(kept)
    };
    match tokio::time::timeout(ACQUIRE, looked).await {
        // It waits for the one session that the second one has.
        Err(_) | Ok(Ok(false)) => Err(StoreError::Pooled),
        Ok(Ok(true)) => Ok(()),
        Ok(Err(error)) => pooled(error).map_or(Ok(()), Err),
    }
}

/// A pool whose connections write.
pub(crate) fn pool(options: PgConnectOptions, connections: u32, fence: &Fence) -> PgPool {
    let fence = fence.clone();
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE)
        .after_connect(move |connection, _| {
            let fence = fence.clone();
            Box::pin(async move { prepare(connection, &fence).await })
        })
        // Without it a connection whose packets are lost keeps its place in the pool until TCP gives up.
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

/// Makes one connection, checked as those of the pool are.
///
/// # Errors
/// Why it cannot be used.
pub(crate) async fn connect(
    options: &PgConnectOptions,
    fence: &Fence,
) -> Result<PgConnection, StoreError> {
    let connecting = async {
        let mut connection = PgConnection::connect_with(options).await?;
        prepare(&mut connection, fence).await?;
        Ok::<_, sqlx::Error>(connection)
    };
    Ok(crate::transaction::within(ACQUIRE, connecting).await?)
}

async fn prepare(connection: &mut PgConnection, fence: &Fence) -> sqlx::Result<()> {
    let (standby, read_only): (bool, bool) =
        sqlx::query_as(WRITABLE).fetch_one(&mut *connection).await?;
    if standby {
        return Err(unusable(
            "a PostgreSQL standby answers at this address; it may lag behind the primary",
        ));
    }
    if read_only {
        return Err(unusable(
            "PostgreSQL answers, but is read-only (default_transaction_read_only)",
        ));
    }
    let cluster = cluster(connection).await?;
    fence.meet(&cluster).map_err(unusable)?;
    sqlx::query(SESSION).execute(&mut *connection).await?;
    Ok(())
}

async fn cluster(connection: &mut PgConnection) -> sqlx::Result<Cluster> {
    let system: sqlx::Result<(String,)> = sqlx::query_as(SYSTEM).fetch_one(&mut *connection).await;
    let system_id = match system {
        Ok((id,)) => id,
        Err(sqlx::Error::Database(cause)) if cause.code().as_deref() == Some(NOT_ALLOWED) => {
            String::new()
        }
        Err(error) => return Err(error),
    };
    let (timeline,): (String,) = sqlx::query_as(TIMELINE).fetch_one(connection).await?;
    Ok(Cluster {
        system_id,
        timeline: i64::from_str_radix(&timeline, 16).unwrap_or_default(),
    })
}

/// A server that answers and is not the database: for the caller as if it did not answer.
fn unusable(why: impl Into<String>) -> sqlx::Error {
    sqlx::Error::Io(io::Error::other(why.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Vec<(String, u16)> {
        let hosts = Hosts::parse(url).expect("a URL");
        let all = hosts.0.iter();
        all.map(|options| (options.get_host().to_owned(), options.get_port()))
            .collect()
    }

    #[test]
    fn a_url_names_one_server_or_several() {
        assert_eq!(read("postgres://u:p@a/db"), [("a".to_owned(), 5432)]);
        let several = "postgres://u:p%40@a:5433,b,[2001:db8::1]:7/db?target_session_attrs=read-write&sslmode=disable";
        let expected = [("a", 5433), ("b", 5432), ("[2001:db8::1]", 7)];
        assert_eq!(
            read(several),
            expected.map(|(host, port)| (host.to_owned(), port))
        );
        let hosts = Hosts::parse(several).expect("a URL");
        assert!(
            hosts
                .0
                .iter()
                .all(|options| options.get_database() == Some("db"))
        );
    }

    #[test]
    fn a_server_that_cannot_be_written_to_is_not_asked_for() {
        let standby = "postgres://a,b/db?target_session_attrs=standby";
        assert!(matches!(Hosts::parse(standby), Err(StoreError::Attributes)));
        assert!(matches!(
            Hosts::parse("postgres"),
            Err(StoreError::UnknownKind)
        ));
    }
}
