//! The accept loop. `axum::serve` has no time-outs and no limits, and waits for ever at the end.

mod activity;
mod admission;
mod connection;
mod heads;
mod limits;
mod open_files;
mod stream;

pub use activity::Reason;
pub use admission::{Admission, Refusal};
pub use limits::Limits;
pub use open_files::raise_open_files;

use crate::{AppState, router};
use connection::Connection;
use std::{io, net::IpAddr, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    time::{Instant, sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How long requests that have begun may take at the end.
const GRACE: Duration = Duration::from_secs(20);
/// How often the log says that connections are refused.
const SAID: Duration = Duration::from_mins(1);

/// Serves until SIGTERM or ctrl-c, then finishes what has begun and closes the keyring; a second signal forces.
///
/// # Errors
/// Where signals cannot be received, another process has taken the database over, or a background task kept failing.
pub async fn serve(listener: TcpListener, state: AppState) -> io::Result<()> {
    let mut stop = Stop::new()?;
    let ending = CancellationToken::new();
    let connections = TaskTracker::new();
    let accepting = accept(listener, &state, &connections, &ending);
    let outcome = tokio::select! {
        () = accepting => Err(io::Error::other("connections are no longer accepted")),
        () = stop.asked() => Ok(()),
        () = state.keyring.supervisor().given_up() => Err(io::Error::other("a background task keeps failing")),
        why = state.keyring.lost() => Err(io::Error::other(format!(
            "{why}; start this process again, and it waits until the database is free"
        ))),
    };
    tracing::info!("stopping: no new connections; a second signal forces");
    state.drain();
    ending.cancel();
    connections.close();
    let finish = async {
        if timeout(GRACE, connections.wait()).await.is_err() {
            tracing::warn!("some requests did not finish in time");
        }
        state.keyring.close().await;
    };
    tokio::select! {
        () = finish => tracing::info!("stopped"),
        () = stop.asked() => tracing::warn!("forced to stop"),
    }
    outcome
}

async fn accept(
    listener: TcpListener,
    state: &AppState,
    connections: &TaskTracker,
    ending: &CancellationToken,
) {
    let builder = Arc::new(connection::builder());
    let router = router(state.clone());
    let limits = state.limits;
    let mut refusals = Refusals::default();
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                if !is_of_one_connection(&error) {
                    tracing::error!(%error, "no connection can be accepted");
                    sleep(Duration::from_millis(100)).await;
                }
                continue;
            }
        };
        let through_proxy = is_shared(state, peer.ip());
        let ticket = match state.connections.enter(peer.ip(), through_proxy, &limits) {
            Ok(ticket) => ticket,
            // It is closed at once: a client that waits does not know for what.
            Err(refusal) => {
                state.metrics.refused_connection(refusal);
                refusals.say(refusal, peer.ip());
                continue;
            }
        };
        let connection = Connection {
            stream,
            peer,
            reserved: ticket.reserved,
            limits: if ticket.reserved {
                limits.of_reserved()
            } else {
                limits
            },
        };
        let (builder, router) = (builder.clone(), router.clone());
        let (ending, metrics) = (ending.clone(), state.metrics.clone());
        connections.spawn(async move {
            if let Some(reason) = connection.serve(&builder, router, &ending).await {
                metrics.ended_connection(reason);
            }
            drop(ticket);
        });
    }
}

/// Whether many clients come from this address: a proxy's, and this machine's own.
fn is_shared(state: &AppState, peer: IpAddr) -> bool {
    let peer = peer.to_canonical();
    peer.is_loopback() || state.proxies.contain(peer)
}

/// Tells the log of refused connections, once a minute.
#[derive(Default)]
struct Refusals {
    said: Option<Instant>,
    since: u64,
}

impl Refusals {
    fn say(&mut self, refusal: Refusal, peer: IpAddr) {
        self.since += 1;
        let now = Instant::now();
        if self.said.is_some_and(|said| now - said < SAID) {
            return;
        }
        tracing::warn!(
            reason = refusal.as_str(),
            address = %peer,
            connections = self.since,
            "connections are refused: there are too many, of this address or in all"
        );
        (self.said, self.since) = (Some(now), 0);
    }
}

/// Errors of the connection that was to be accepted, not of the listener.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
    )
}

/// SIGTERM and ctrl-c.
struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn asked(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
