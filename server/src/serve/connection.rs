//! One connection, from its first byte to its end.

use super::{
    Limits,
    activity::{Activity, Due, Reason},
    heads::Fault,
    stream::{Answer, Stream},
};
use crate::{
    request::{Identified, Peer, Unserved},
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
use tower::Service;

/// Bytes of a request's head.
const LONGEST_HEAD: u32 = 32 * 1024;
/// Requests at a time on one connection of HTTP/2.
const STREAMS: u32 = 100;
/// Bytes of one answer that wait for their client, on a connection of HTTP/2.
const WAITING: usize = 64 * 1024;

/// A builder of connections of either protocol. It has no time-outs of its own: [`Activity`] has them, for both.
pub fn builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        // It takes 100 header lines, unless it is told a number: then it asks for memory for them with each request.
        .max_buf_size(LONGEST_HEAD as usize);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(LONGEST_HEAD)
        .max_concurrent_streams(STREAMS)
        .max_send_buf_size(WAITING)
        // Finds clients that are gone.
        .keep_alive_interval(Some(Duration::from_secs(30)))
        .keep_alive_timeout(Duration::from_secs(10));
    builder
}

/// A connection that was accepted.
pub struct Connection {
    /// Its socket.
    pub stream: TcpStream,
    /// The socket's other end.
    pub peer: SocketAddr,
    /// Whether it serves the gate and the probes alone.
    pub reserved: bool,
    /// Its limits.
    pub limits: Limits,
}

/// What the connection's task wakes for.
enum Event {
    Over(Result<(), Box<dyn std::error::Error + Send + Sync>>),
    Timer,
    Stop,
}

impl Connection {
    /// Serves it to its end; the reason, where the server is who ends it.
    pub async fn serve(
        self,
        builder: &auto::Builder<TokioExecutor>,
        router: Identified,
        stop: &CancellationToken,
    ) -> Option<Reason> {
        // Small answers leave at once; where the option fails, they leave later.
        let _ = self.stream.set_nodelay(true);
        let activity = Activity::new(self.limits);
        let stream = Stream::new(self.stream, activity.clone());
        let (peer, reserved) = (Peer(self.peer.ip()), self.reserved);
        let of_service = activity.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let multiplexed = request.version() == Version::HTTP_2;
            let (under_way, fault) = of_service.begin(multiplexed);
            let mut request = request.map(Body::new);
            let unserved = unserved(&request, fault, reserved);
            let ends = reserved && !multiplexed;
            request.extensions_mut().insert(peer);
            if let Some(unserved) = unserved {
                request.extensions_mut().insert(unserved);
            }
            // It is always ready.
            let answer = router.clone().call(request);
            async move {
                let mut response: Response<Body> = answer.await?;
                if ends {
                    let close = HeaderValue::from_static("close");
                    response.headers_mut().insert(header::CONNECTION, close);
                }
                Ok::<_, Infallible>(response.map(|body| Answer::new(body, under_way)))
            }
        });
        let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
        let mut checked = Instant::now();
        let mut armed = activity.next_look();
        let mut timer = pin!(sleep_until(armed));
        let mut stopping = pin!(stop.cancelled());
        let (mut stopped, mut reason) = (false, None);
        loop {
            let event = poll_fn(|context| {
                if let Poll::Ready(outcome) = connection.as_mut().poll(context) {
                    return Poll::Ready(Event::Over(outcome));
                }
                if !stopped && stopping.as_mut().poll(context).is_ready() {
                    return Poll::Ready(Event::Stop);
                }
                let look = activity.next_look();
                if look < armed && look > checked {
                    armed = look;
                    timer.as_mut().reset(armed);
                }
                timer.as_mut().poll(context).map(|()| Event::Timer)
            })
            .await;
            match event {
                Event::Over(outcome) => {
                    if let Err(error) = outcome {
                        tracing::debug!(%error, "a connection broke");
                    }
                    return reason;
                }
                Event::Stop => {
                    stopped = true;
                    connection.as_mut().graceful_shutdown();
                }
                Event::Timer => {
                    checked = Instant::now();
                    match activity.due(checked) {
                        Due::Later(at) => armed = at,
                        Due::End(why) => {
                            reason = Some(why);
                            activity.end(checked);
                            connection.as_mut().graceful_shutdown();
                            armed = checked;
                        }
                        Due::Close(why) => return Some(reason.unwrap_or(why)),
                    }
                    timer.as_mut().reset(armed);
                }
            }
        }
    }
}

/// Why a request is not served, where it is not.
fn unserved(request: &Request<Body>, fault: Option<Fault>, reserved: bool) -> Option<Unserved> {
    if let Some(fault) = fault {
        return Some(Unserved::Malformed(fault));
    }
    // RFC 9112, 3.2. (HTTP/2 names the host elsewhere.)
    let nameless =
        request.uri().authority().is_none() && !request.headers().contains_key(header::HOST);
    if request.version() == Version::HTTP_11 && nameless {
        return Some(Unserved::Malformed("the request names no Host"));
    }
    (reserved && !router::is_for_machines(request.uri().path())).then_some(Unserved::Crowded)
}
