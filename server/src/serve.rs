//! The accept loop. `axum::serve` has no time-outs, and waits for ever at the end.

mod preface;

use crate::{
    AppState,
    request::{Identified, Peer},
    router,
};
use axum::body::Body;
use http::Request;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
};
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    signal::unix::{Signal, SignalKind, signal},
    sync::Semaphore,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use tower::Service;

/// Connections at a time; more wait in the kernel's queue.
const CONNECTIONS: usize = 4_096;
/// How long a client may take to send a request's head, and to stay idle between two.
const HEAD: Duration = Duration::from_secs(10);
/// Bytes of a request's head.
const LONGEST_HEAD: u32 = 32 * 1024;
/// How long requests that have begun may take at the end.
const GRACE: Duration = Duration::from_secs(20);

/// Serves until SIGTERM or ctrl-c, then finishes what has begun and closes the keyring; a second signal forces.
///
/// # Errors
/// Where signals cannot be received, or another process has taken the database over.
pub async fn serve(listener: TcpListener, state: AppState) -> io::Result<()> {
    let mut stop = Stop::new()?;
    let ending = CancellationToken::new();
    let graceful = GracefulShutdown::new();
    let accepting = accept(listener, router(state.clone()), &graceful, &ending);
    let lost = tokio::select! {
        () = accepting => None,
        () = stop.asked() => None,
        why = state.keyring.lost() => Some(io::Error::other(format!(
            "{why}; start this process again, and it waits until the database is free"
        ))),
    };
    tracing::info!("stopping: no new connections; a second signal forces");
    state.drain();
    ending.cancel();
    let finish = async {
        if timeout(GRACE, graceful.shutdown()).await.is_err() {
            tracing::warn!("some requests did not finish in time");
        }
        state.keyring.close().await;
    };
    tokio::select! {
        () = finish => tracing::info!("stopped"),
        () = stop.asked() => tracing::warn!("forced to stop"),
    }
    lost.map_or(Ok(()), Err)
}

async fn accept(
    listener: TcpListener,
    router: Identified,
    graceful: &GracefulShutdown,
    ending: &CancellationToken,
) {
    let permits = Arc::new(Semaphore::new(CONNECTIONS));
    let builder = Arc::new(builder());
    loop {
        // Never closed, so there is always a permit to come.
        let Ok(permit) = permits.clone().acquire_owned().await else {
            return;
        };
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
        let (builder, router) = (builder.clone(), router.clone());
        let (watcher, ending) = (graceful.watcher(), ending.clone());
        tokio::spawn(async move {
            let _permit = permit;
            tokio::select! {
                begun = timeout(HEAD, preface::arrived(&stream)) => {
                    if !matches!(begun, Ok(Ok(()))) {
                        return;
                    }
                }
                () = ending.cancelled() => return,
            }
            let connection = connect(&builder, stream, peer, router);
            if let Err(error) = watcher.watch(connection).await {
                tracing::debug!(%error, "a connection broke");
            }
        });
    }
}

fn builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        // It takes 100 header lines, unless it is told a number: then it asks for memory for them with each request.
        .max_buf_size(LONGEST_HEAD as usize);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(LONGEST_HEAD)
        .max_concurrent_streams(128)
        .keep_alive_interval(Some(Duration::from_secs(30)))
        .keep_alive_timeout(HEAD);
    builder
}

fn connect(
    builder: &auto::Builder<TokioExecutor>,
    stream: TcpStream,
    peer: SocketAddr,
    router: Identified,
) -> impl hyper_util::server::graceful::GracefulConnection<
    Error = Box<dyn std::error::Error + Send + Sync>,
> + use<> {
    // Small answers leave at once; where the option fails, they leave later.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(peer.ip()));
        // It is always ready.
        router.clone().call(request)
    });
    builder
        .serve_connection(TokioIo::new(stream), service)
        .into_owned()
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
