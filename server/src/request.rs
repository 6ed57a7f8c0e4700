//! What every answer has, whichever door gave it: a request id, and a body even after a panic.

mod forwarded;
mod target;

use crate::{AppState, gate::client_address::client_address};
use app::error::AppError;
use axum::{
    Router,
    extract::Request,
    response::{IntoResponse, Response},
};
use forwarded::UntrustedProxy;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use std::{
    any::Any,
    cell::RefCell,
    convert::Infallible,
    net::IpAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use target::LONGEST_TARGET;
use tower::Service;
use verification::{Entropy, SystemEntropy};

/// Names a request in answers, audit rows and the log.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What browsers are told about every answer, the gate's too.
const EVERYWHERE: [(HeaderName, &str); 3] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// The socket's other end, put into every request by the accept loop.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// The request's id: 1 to 64 of `[A-Za-z0-9_-]`.
#[derive(Clone, Debug)]
pub struct RequestId(pub Arc<str>);

/// The client's address, where it is known.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub Option<IpAddr>);

/// Why a request is refused before any handler sees it; put into it by the accept loop.
#[derive(Clone, Copy, Debug)]
pub enum Unserved {
    /// It is no HTTP that everybody reads alike.
    Malformed(&'static str),
    /// Its target is too long.
    LongTarget,
    /// The connections that are left serve the gate and the probes alone.
    Crowded,
}

impl IntoResponse for Unserved {
    fn into_response(self) -> Response {
        let (status, sentence) = match self {
            Self::Malformed(why) => (StatusCode::BAD_REQUEST, format!("Bad request: {why}.\n")),
            Self::LongTarget => (
                StatusCode::URI_TOO_LONG,
                format!("Send a path and a query of {LONGEST_TARGET} bytes at most.\n"),
            ),
            Self::Crowded => (
                StatusCode::SERVICE_UNAVAILABLE,
                "There are too many connections just now. Try again in a moment.\n".into(),
            ),
        };
        // What follows on the connection may be part of what was not understood. (hyper leaves the line out of HTTP/2.)
        let close = HeaderValue::from_static("close");
        let mut response = (status, [(header::CONNECTION, close)], sentence).into_response();
        if matches!(self, Self::Crowded) {
            let soon = HeaderValue::from_static("5");
            response.headers_mut().insert(header::RETRY_AFTER, soon);
        }
        response
    }
}

/// What a panic leaves behind in its answer, until [`Identified`] writes it down.
#[derive(Clone)]
struct Panicked(String);

/// The outermost layer: names each request, finds the client's address, and finishes the answer. It stands around the
/// router and not in it, where a layer is a box more for each route and each call.
#[derive(Clone)]
pub struct Identified {
    state: AppState,
    router: Router,
    untrusted: Arc<UntrustedProxy>,
}

/// What is kept of a request until it is answered.
struct Asked {
    id: Arc<str>,
    api: bool,
    door: usize,
}

impl Identified {
    /// Around a router.
    pub fn new(state: AppState, router: Router) -> Self {
        Self {
            state,
            router,
            untrusted: Arc::default(),
        }
    }

    fn begin(&self, request: &mut Request) -> Asked {
        let peer = request
            .extensions()
            .get::<Peer>()
            .map(|peer| peer.0.to_canonical());
        let trusted = peer.is_some_and(|peer| self.state.proxies.contain(peer));
        self.untrusted.look_at(peer, trusted, request.headers());
        let id = trusted
            .then(|| accepted_id(request.headers()))
            .flatten()
            .unwrap_or_else(new_id);
        let address = client_address(peer, request.headers(), &self.state.proxies);
        request.extensions_mut().insert(RequestId(id.clone()));
        request.extensions_mut().insert(ClientAddress(address));
        let path = request.uri().path();
        Asked {
            id,
            api: path.starts_with("/api/"),
            door: self.state.metrics.door(path),
        }
    }
}

impl Service<Request> for Identified {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request>::poll_ready(&mut self.router, context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let target = target::normalise(&mut request);
        let asked = self.begin(&mut request);
        let unserved = request.extensions_mut().remove::<Unserved>();
        if let Some(unserved) = unserved.or(target.err()) {
            let answer = finish(&self.state, &asked, unserved.into_response());
            return Box::pin(std::future::ready(Ok(answer)));
        }
        let (state, answer) = (self.state.clone(), self.router.call(request));
        Box::pin(async move { Ok(finish(&state, &asked, answer.await?)) })
    }
}

fn finish(state: &AppState, asked: &Asked, mut response: Response) -> Response {
    let id = &asked.id;
    if let Some(Panicked(detail)) = response.extensions_mut().remove() {
        tracing::error!(reference = &**id, detail, "a handler panicked");
        let headers = std::mem::take(response.headers_mut());
        response = broken(id, asked.api);
        for (name, value) in &headers {
            if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
                response.headers_mut().insert(name, value.clone());
            }
        }
    }
    state.metrics.answered(asked.door, response.status());
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(X_REQUEST_ID, value);
    }
    for (name, value) in EVERYWHERE {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if let (true, Some(policy)) = (state.public_url.is_secure(), state.hsts.header()) {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static(policy),
        );
    }
    response
}

/// The id of a request that [`Identified`] has seen.
pub fn id_of(extensions: &http::Extensions) -> Arc<str> {
    extensions
        .get::<RequestId>()
        .map_or_else(|| "unknown".into(), |id| id.0.clone())
}

/// The address of a request that [`Identified`] has seen.
pub fn address_of(extensions: &http::Extensions) -> Option<IpAddr> {
    extensions.get::<ClientAddress>().and_then(|found| found.0)
}

/// What the client calls itself, as far as it can be kept: 256 printable characters.
pub fn user_agent_of(headers: &HeaderMap) -> &str {
    let text = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    // `to_str` lets nothing but visible ASCII pass, so every index is a boundary.
    text.get(..256).unwrap_or(text)
}

/// Turns a panic into an answer; the process lives.
#[expect(
    clippy::needless_pass_by_value,
    reason = "tower-http calls it with the box"
)]
pub fn after_panic(panic: Box<dyn Any + Send + 'static>) -> Response {
    let detail = panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "no message".into());
    let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
    response.extensions_mut().insert(Panicked(detail));
    response
}

/// 128 random bits, in hexadecimal.
pub fn new_id() -> Arc<str> {
    let mut text = [b'0'; 32];
    for (pair, byte) in text.chunks_exact_mut(2).zip(draw()) {
        for (digit, half) in pair.iter_mut().zip([byte >> 4, byte & 15]) {
            *digit = HEXADECIMAL[usize::from(half)];
        }
    }
    str::from_utf8(&text).unwrap_or_default().into()
}

const HEXADECIMAL: &[u8; 16] = b"0123456789abcdef";

/// Ids that are drawn at once: asking the system each time would be a noticeable part of a call.
const AHEAD: usize = 64;

thread_local! {
    /// What was drawn and not used yet. Ids are no secrets.
    static DRAWN: RefCell<Vec<[u8; 16]>> = const { RefCell::new(Vec::new()) };
}

fn draw() -> [u8; 16] {
    DRAWN.with_borrow_mut(|drawn| {
        drawn.pop().unwrap_or_else(|| {
            let mut random = [[0; 16]; AHEAD];
            SystemEntropy.fill(random.as_flattened_mut());
            let [first, rest @ ..] = random;
            drawn.extend(rest);
            first
        })
    })
}

fn accepted_id(headers: &HeaderMap) -> Option<Arc<str>> {
    let text = headers.get(X_REQUEST_ID)?.to_str().ok()?;
    let plain = (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    plain.then(|| text.into())
}

fn broken(reference: &str, api: bool) -> Response {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    if api {
        (status, axum::Json(AppError::Unexpected(reference.into()))).into_response()
    } else {
        let sentence = format!(
            "Something went wrong on our side. Try again; if it stays, tell your administrator this reference: {reference}\n"
        );
        (status, sentence).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_drawn_once() {
        let ids: std::collections::HashSet<_> = (0..3 * AHEAD).map(|_| new_id()).collect();
        assert_eq!(ids.len(), 3 * AHEAD);
        let plain = |id: &Arc<str>| id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit());
        assert!(ids.iter().all(plain));
    }

    #[test]
    fn an_id_that_could_break_a_log_is_not_taken() {
        for (text, taken) in [
            ("abc-DEF_123", true),
            ("", false),
            ("a b", false),
            ("a\"b", false),
            (&"x".repeat(64), true),
            (&"x".repeat(65), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(X_REQUEST_ID, HeaderValue::from_str(text).expect("a value"));
            assert_eq!(accepted_id(&headers).is_some(), taken, "{text:?}");
        }
    }
}
