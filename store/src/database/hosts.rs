//! The PostgreSQL servers that a URL names, and finding the primary among them.

use super::{
    fence::{Cluster, Fence},
    postgres::{connect, prepare, unusable},
    transaction::{ACQUIRE_TIMEOUT, within},
};
use crate::StoreError;
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use std::{fmt, str::FromStr, sync::Arc};

/// The servers of a URL. One of them is the primary at a time.
#[derive(Clone)]
pub struct PostgresHosts(Arc<[PgConnectOptions]>);

/// The addresses: the other options have the password.
impl fmt::Debug for PostgresHosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.0.iter();
        f.debug_list()
            .entries(all.map(|options| (options.get_host(), options.get_port())))
            .finish()
    }
}

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
            let connected = within(ACQUIRE_TIMEOUT, connecting).await;
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
            match within(ACQUIRE_TIMEOUT, connecting).await {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Store, database::postgres::pool};
    use std::net::Ipv4Addr;
    use tokio::{io::AsyncReadExt, net::TcpListener};

    /// A store over a server that is at a port of this machine, or is not there.
    fn store_at(port: u16) -> Store {
        let url = format!("postgres://latchkey:opensesame@127.0.0.1:{port}/latchkey");
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

    #[tokio::test]
    async fn a_store_is_printed_without_its_password() {
        let printed = format!("{:?}", store_at(5_433));
        assert!(
            printed.contains("127.0.0.1") && printed.contains("5433"),
            "{printed}"
        );
        assert!(!printed.contains("opensesame"), "{printed}");
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
