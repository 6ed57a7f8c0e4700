//! One connection.

use super::{
    activity::{Action, Activity},
    http1_framing::FramingError,
    stream::{ObservedBody, ObservedStream},
};
use crate::{
    connections::{CloseReason, ConnectionLimits},
    request::{Rejection, RequestService},
    router,
};
use axum::body::Body;
use http::{HeaderValue, Request, Response, Version, header};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use std::{convert::Infallible, future::poll_fn, net::SocketAddr, pin::pin, task::Poll};
use tokio::{
    net::TcpStream,
    time::{Duration, Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

/// Maximum length of a request's head, in bytes.
const MAX_HEAD_BYTES: u32 = 32 * 1024;
/// Maximum number of concurrent requests on an HTTP/2 connection.
const MAX_CONCURRENT_STREAMS: u32 = 100;
/// Bytes of one response that are buffered for the client, on an HTTP/2 connection.
const SEND_BUFFER_BYTES: usize = 64 * 1024;

/// Returns the settings of HTTP/1 and HTTP/2 connections. Time-outs are those of [`Activity`].
pub fn builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        // The default is 100 header lines. With a number of our own hyper would allocate for them at each request.
        .max_buf_size(MAX_HEAD_BYTES as usize);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(MAX_HEAD_BYTES)
        .max_concurrent_streams(MAX_CONCURRENT_STREAMS)
        .max_send_buf_size(SEND_BUFFER_BYTES)
        // Detects clients that have disappeared.
        .keep_alive_interval(Some(Duration::from_secs(30)))
        .keep_alive_timeout(Duration::from_secs(10));
    builder
}

/// A connection that was accepted.
pub struct Connection {
    pub stream: TcpStream,
    pub peer: SocketAddr,
    /// Whether it serves the gate alone.
    pub reserved: bool,
    pub limits: ConnectionLimits,
}

/// Why the connection's task wakes up.
enum Event {
    Ended(Result<(), Box<dyn std::error::Error + Send + Sync>>),
    Timer,
    /// No more requests are taken.
    Stop,
}

impl Connection {
    /// Serves the connection until it ends. Returns the reason if the server closed it.
    pub async fn serve(
        self,
        builder: &auto::Builder<TokioExecutor>,
        router: RequestService,
        stop: &CancellationToken,
    ) -> Option<CloseReason> {
        // Sends small responses at once. An error only delays them.
        let _ = self.stream.set_nodelay(true);
        let activity = Activity::new(self.limits);
        let stream = ObservedStream::new(self.stream, activity.clone());
        let (peer, reserved) = (self.peer.ip(), self.reserved);
        let service_activity = activity.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let multiplexed = request.version() == Version::HTTP_2;
            let (active, framing_error) = service_activity.begin(multiplexed);
            let rejection = rejection(&request, framing_error, reserved);
            // HTTP/2 has no such header.
            let close = reserved && !multiplexed;
            let response = router.respond(request, Some(peer), rejection);
            async move {
                let mut response: Response<Body> = response.await?;
                if close {
                    let value = HeaderValue::from_static("close");
                    response.headers_mut().insert(header::CONNECTION, value);
                }
                Ok::<_, Infallible>(response.map(|body| ObservedBody::new(body, active)))
            }
        });
        let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
        let mut checked_at = Instant::now();
        let mut timer_at = activity.next_check();
        let mut timer = pin!(sleep_until(timer_at));
        let mut stopping = pin!(stop.cancelled());
        let (mut stopped, mut reason) = (false, None);
        loop {
            let event = poll_fn(|context| {
                if let Poll::Ready(outcome) = connection.as_mut().poll(context) {
                    return Poll::Ready(Event::Ended(outcome));
                }
                let is_last = reserved && activity.has_begun();
                if !stopped && (is_last || stopping.as_mut().poll(context).is_ready()) {
                    return Poll::Ready(Event::Stop);
                }
                let check = activity.next_check();
                if check < timer_at && check > checked_at {
                    timer_at = check;
                    timer.as_mut().reset(timer_at);
                }
                timer.as_mut().poll(context).map(|()| Event::Timer)
            })
            .await;
            match event {
                Event::Ended(outcome) => {
                    if let Err(error) = outcome {
                        tracing::debug!(%error, "a connection failed");
                    }
                    return reason;
                }
                Event::Stop => {
                    stopped = true;
                    connection.as_mut().graceful_shutdown();
                }
                Event::Timer => {
                    checked_at = Instant::now();
                    match activity.due(checked_at) {
                        Action::Wait(until) => timer_at = until,
                        Action::ShutDown(why) => {
                            reason = Some(why);
                            activity.shut_down(checked_at);
                            connection.as_mut().graceful_shutdown();
                            timer_at = checked_at;
                        }
                        Action::Close(why) => return Some(reason.unwrap_or(why)),
                    }
                    timer.as_mut().reset(timer_at);
                }
            }
        }
    }
}

/// Returns why a request is refused before it reaches a handler, if it is.
fn rejection(
    request: &Request<Incoming>,
    framing_error: Option<FramingError>,
    reserved: bool,
) -> Option<Rejection> {
    if let Some(error) = framing_error {
        return Some(Rejection::Malformed(error));
    }
    // RFC 9112, 3.2. (HTTP/2 names the host elsewhere.)
    let without_host =
        request.uri().authority().is_none() && !request.headers().contains_key(header::HOST);
    if request.version() == Version::HTTP_11 && without_host {
        return Some(Rejection::Malformed("the request names no Host"));
    }
    (reserved && !router::is_gate_path(request.uri().path())).then_some(Rejection::Overloaded)
}
