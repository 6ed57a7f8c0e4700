//! The outermost service.

use super::{
    context::Peer,
    panic::{after_panic, log_and_replace},
    rejection::Rejection,
    target,
    untrusted_proxy::UntrustedProxyWarning,
};
use crate::{
    AppState,
    head::{ClientAddress, Head, RequestId, forwarded_request_id, new_request_id},
    openapi::ImmediateHandler,
    wire::X_REQUEST_ID,
};
use axum::{
    BoxError, Router,
    body::{Body, Bytes, HttpBody},
    response::{IntoResponse, Response},
};
use contract::client_address::client_address;
use futures_util::future::Either;
use http::{HeaderMap, HeaderName, HeaderValue, Request, header};
use std::{
    convert::Infallible,
    future::{Ready, ready},
    net::IpAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tower::Service;

/// Security headers of every response, the gate's too.
const SECURITY_HEADERS: [(HeaderName, &str); 3] = [
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

/// The outermost service: it gives each request an id, finds the client's address, and completes the response. It calls the
/// gate's immediate handlers itself, and the router for all other requests.
#[derive(Clone)]
pub struct RequestService(Arc<ServiceState>);

struct ServiceState {
    state: AppState,
    /// By the endpoint's index in the metrics.
    immediate: Vec<Option<ImmediateHandler<AppState>>>,
    router: Router,
    untrusted_proxy: UntrustedProxyWarning,
}

/// The parts of a request that complete its response.
struct Pending {
    id: RequestId,
    /// Whether the path is that of a server function.
    is_function: bool,
    endpoint_index: usize,
}

/// The response of a [`RequestService`].
pub type ResponseFuture =
    Either<Ready<ServiceResult>, Pin<Box<dyn Future<Output = ServiceResult> + Send>>>;

type ServiceResult = Result<Response, Infallible>;

impl RequestService {
    /// A service with the handlers of immediate endpoints, in the order of the endpoints in `state.metrics`.
    pub fn new(
        state: AppState,
        immediate: Vec<Option<ImmediateHandler<AppState>>>,
        router: Router,
    ) -> Self {
        Self(Arc::new(ServiceState {
            state,
            immediate,
            router,
            untrusted_proxy: UntrustedProxyWarning::default(),
        }))
    }

    /// Responds to a request from a peer, or rejects it.
    pub fn respond<B>(
        &self,
        mut request: Request<B>,
        peer: Option<IpAddr>,
        rejection: Option<Rejection>,
    ) -> ResponseFuture
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let ServiceState { state, .. } = &*self.0;
        let target = target::normalize(&mut request);
        let (id, address) = self.identify(peer, request.headers());
        let path = request.uri().path();
        let pending = Pending {
            id,
            is_function: path.starts_with("/api/"),
            endpoint_index: state.metrics.endpoint_index(path),
        };
        if let Some(rejection) = rejection.or(target.err()) {
            let response = complete(state, &pending, rejection.into_response());
            return Either::Left(ready(Ok(response)));
        }
        if let Some(Some(handler)) = self.0.immediate.get(pending.endpoint_index) {
            let head = Head {
                method: request.method(),
                uri: request.uri(),
                headers: request.headers(),
                id: &pending.id,
                address,
            };
            let response = catch_unwind(AssertUnwindSafe(|| handler(state, &head)));
            let response = response.unwrap_or_else(after_panic);
            return Either::Left(ready(Ok(complete(state, &pending, response))));
        }
        let extensions = request.extensions_mut();
        extensions.insert(pending.id.clone());
        extensions.insert(ClientAddress(address));
        let response = self.0.router.clone().call(request.map(Body::new));
        let state = state.clone();
        Either::Right(Box::pin(async move {
            Ok(complete(&state, &pending, response.await?))
        }))
    }

    /// Returns the id of a request and the address of its client.
    fn identify(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> (RequestId, Option<IpAddr>) {
        let proxies = &self.0.state.proxies;
        let peer = peer.map(|peer| peer.to_canonical());
        let trusted = peer.is_some_and(|peer| proxies.contains(peer));
        self.0.untrusted_proxy.check(peer, trusted, headers);
        let id = trusted
            .then(|| forwarded_request_id(headers))
            .flatten()
            .unwrap_or_else(new_request_id);
        (id, client_address(peer, headers, proxies))
    }
}

/// For requests that come from no connection. Their peer may be in their extensions.
impl Service<Request<Body>> for RequestService {
    type Response = Response;
    type Error = Infallible;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> ResponseFuture {
        let peer = request.extensions_mut().remove().map(|Peer(peer)| peer);
        self.respond(request, peer, None)
    }
}

/// Counts the response and adds the headers that every response has.
fn complete(state: &AppState, pending: &Pending, response: Response) -> Response {
    let mut response = log_and_replace(response, &pending.id, pending.is_function);
    state
        .metrics
        .count_response(pending.endpoint_index, response.status());
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&pending.id) {
        headers.insert(X_REQUEST_ID, value);
    }
    for (name, value) in SECURITY_HEADERS {
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
