//! The outermost service.

use super::{
    context::{ClientAddress, Peer, RequestId},
    forwarded::UntrustedProxyWarning,
    id::{forwarded_request_id, new_request_id},
    panic::log_and_replace,
    rejection::Rejection,
    target,
};
use crate::{AppState, wire::X_REQUEST_ID};
use axum::{
    Router,
    extract::Request,
    response::{IntoResponse, Response},
};
use contract::client_address::client_address;
use http::{HeaderName, HeaderValue, header};
use std::{
    convert::Infallible,
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

/// The outermost service: it gives each request an id, finds the client's address, and completes the response. It wraps the
/// router instead of being a layer of it, because a layer costs an allocation for each route and call.
#[derive(Clone)]
pub struct RequestService {
    state: AppState,
    router: Router,
    untrusted_proxy: Arc<UntrustedProxyWarning>,
}

/// What is needed of a request to complete its response.
struct Pending {
    id: Arc<str>,
    /// Whether the path is that of a server function.
    is_function: bool,
    endpoint_index: usize,
}

impl RequestService {
    /// Wraps a router.
    pub fn new(state: AppState, router: Router) -> Self {
        Self {
            state,
            router,
            untrusted_proxy: Arc::default(),
        }
    }

    fn begin(&self, request: &mut Request) -> Pending {
        let peer = request
            .extensions()
            .get::<Peer>()
            .map(|peer| peer.0.to_canonical());
        let trusted = peer.is_some_and(|peer| self.state.proxies.contains(peer));
        self.untrusted_proxy.check(peer, trusted, request.headers());
        let id = trusted
            .then(|| forwarded_request_id(request.headers()))
            .flatten()
            .unwrap_or_else(new_request_id);
        let address = client_address(peer, request.headers(), &self.state.proxies);
        request.extensions_mut().insert(RequestId(id.clone()));
        request.extensions_mut().insert(ClientAddress(address));
        let path = request.uri().path();
        Pending {
            id,
            is_function: path.starts_with("/api/"),
            endpoint_index: self.state.metrics.endpoint_index(path),
        }
    }
}

impl Service<Request> for RequestService {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request>::poll_ready(&mut self.router, context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let target = target::normalize(&mut request);
        let pending = self.begin(&mut request);
        let rejection = request.extensions_mut().remove::<Rejection>();
        if let Some(rejection) = rejection.or(target.err()) {
            let response = complete(&self.state, &pending, rejection.into_response());
            return Box::pin(std::future::ready(Ok(response)));
        }
        let (state, response) = (self.state.clone(), self.router.call(request));
        Box::pin(async move { Ok(complete(&state, &pending, response.await?)) })
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
