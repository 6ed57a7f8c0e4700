//! What [`super::RequestService`] puts into a request's extensions, and how handlers read it.

use axum::extract::Request;
use domain::origin::Origin;
use http::{Extensions, HeaderMap, header};
use std::{net::IpAddr, sync::Arc};

/// Bytes of a `User-Agent` that are kept.
const MAX_USER_AGENT_BYTES: usize = 256;

/// The address of the socket's peer, put into every request by the accept loop.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// The request's id: 1 to 64 characters of `[A-Za-z0-9_-]`.
#[derive(Clone, Debug)]
pub struct RequestId(pub Arc<str>);

/// The client's address, where it is known.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub Option<IpAddr>);

/// Returns the id of a request.
pub fn request_id(extensions: &Extensions) -> Arc<str> {
    extensions
        .get::<RequestId>()
        .map_or_else(|| "unknown".into(), |id| id.0.clone())
}

/// Returns the client's address of a request, where it is known.
pub fn client_address(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<ClientAddress>().and_then(|found| found.0)
}

/// Returns the first 256 bytes of `User-Agent`; an empty text where it holds anything but visible ASCII.
pub fn user_agent(headers: &HeaderMap) -> &str {
    let text = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    // The text is ASCII, so every index is a character boundary.
    text.get(..MAX_USER_AGENT_BYTES).unwrap_or(text)
}

/// Returns where a request comes from, for the audit log.
pub fn origin(request: &Request) -> Origin {
    Origin {
        address: client_address(request.extensions()),
        user_agent: user_agent(request.headers()).to_owned(),
        request_id: request_id(request.extensions()).to_string(),
    }
}
