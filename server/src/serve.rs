//! The accept loop. `axum::serve` has no time-outs and no limits, and its graceful shutdown waits without end.

mod activity;
mod connection;
mod http1_framing;
mod open_files;
mod stream;

pub use open_files::raise_open_files;

use crate::{AppState, connections::RefusalReason, router::router};
use connection::Connection;
use contract::client_address::TrustedProxies;
use std::{io, net::IpAddr, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    time::{Instant, sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How long requests in progress may take after the server was told to stop.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(20);
/// The interval between two log lines about refused connections.
const REFUSAL_LOG_INTERVAL: Duration = Duration::from_mins(1);

/// Serves until SIGTERM or Ctrl-C, then finishes requests in progress and closes the keyring. A second signal stops at once.
///
/// # Errors
/// If signals cannot be received, the database was lost, or a background task kept failing.
pub async fn serve(listener: TcpListener, state: AppState) -> io::Result<()> {
    let mut signals = StopSignals::new()?;
    let shutdown = CancellationToken::new();
    let connections = TaskTracker::new();
    let accepting = accept(listener, &state, &connections, &shutdown);
    let outcome = tokio::select! {
        () = accepting => Err(io::Error::other("connections are no longer accepted")),
        () = signals.received() => Ok(()),
        () = state.keyring.supervisor().given_up() => Err(io::Error::other("a background task keeps failing")),
        why = state.keyring.node().lost() => Err(io::Error::other(format!(
            "{why}; start this process again, and it reads all keys again"
        ))),
    };
    tracing::info!("stopping: no new connections are accepted; a second signal stops immediately");
    state.drain();
    shutdown.cancel();
    connections.close();
    let finish = async {
        if timeout(SHUTDOWN_TIMEOUT, connections.wait()).await.is_err() {
            tracing::warn!("some requests did not finish in time");
        }
        state.keyring.close().await;
    };
    tokio::select! {
        () = finish => tracing::info!("stopped"),
        () = signals.received() => tracing::warn!("forced to stop"),
    }
    outcome
}

async fn accept(
    listener: TcpListener,
    state: &AppState,
    connections: &TaskTracker,
    shutdown: &CancellationToken,
) {
    let builder = Arc::new(connection::builder());
    let router = router(state.clone());
    let limits = state.limits;
    let mut refusals = RefusalLog::default();
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                if !is_connection_error(&error) {
                    tracing::error!(%error, "cannot accept a connection");
                    sleep(Duration::from_millis(100)).await;
                }
                continue;
            }
        };
        let shared_address = is_shared(&state.proxies, peer.ip());
        let admitted = state.connections.admit(peer.ip(), shared_address, &limits);
        let permit = match admitted {
            Ok(permit) => permit,
            // Dropping the stream closes the connection at once, instead of keeping the client waiting.
            Err(reason) => {
                state.metrics.count_refused_connection(reason);
                refusals.log(reason, peer.ip());
                continue;
            }
        };
        let connection = Connection {
            stream,
            peer,
            reserved: permit.reserved,
            limits: if permit.reserved {
                limits.for_reserved()
            } else {
                limits
            },
        };
        let (builder, router) = (builder.clone(), router.clone());
        // A token of its own: polling the shared one would lock what all connections share.
        let (shutdown, metrics) = (shutdown.child_token(), state.metrics.clone());
        connections.spawn(async move {
            if let Some(reason) = connection.serve(&builder, router, &shutdown).await {
                metrics.count_closed_connection(reason);
            }
            drop(permit);
        });
    }
}

/// Whether many clients share the address: that of a proxy or of this machine.
fn is_shared(proxies: &TrustedProxies, peer: IpAddr) -> bool {
    let peer = peer.to_canonical();
    peer.is_loopback() || proxies.contains(peer)
}

/// Logs refused connections, at most once a minute.
#[derive(Default)]
struct RefusalLog {
    logged_at: Option<Instant>,
    /// Refused connections since the last log line.
    count: u64,
}

impl RefusalLog {
    fn log(&mut self, reason: RefusalReason, peer: IpAddr) {
        self.count += 1;
        let now = Instant::now();
        if self
            .logged_at
            .is_some_and(|at| now - at < REFUSAL_LOG_INTERVAL)
        {
            return;
        }
        tracing::warn!(
            reason = reason.as_str(),
            address = %peer,
            connections = self.count,
            "connections are rejected: the limit of this address or of all connections is reached"
        );
        (self.logged_at, self.count) = (Some(now), 0);
    }
}

/// Whether an error of `accept` concerns one connection and not the listener.
fn is_connection_error(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
    )
}

/// SIGTERM and Ctrl-C.
struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn received(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_and_trusted_proxies_share_an_address() {
        let proxies = TrustedProxies::parse("10.0.0.1").expect("an address");
        for (peer, shared) in [
            ("127.0.0.1", true),
            ("127.0.0.9", true),
            ("::1", true),
            ("::ffff:127.0.0.1", true),
            ("10.0.0.1", true),
            ("::ffff:10.0.0.1", true),
            ("10.0.0.2", false),
            ("203.0.113.9", false),
            ("2001:db8::1", false),
        ] {
            let peer = peer.parse().expect("an address");
            assert_eq!(is_shared(&proxies, peer), shared, "{peer}");
        }
    }
}
