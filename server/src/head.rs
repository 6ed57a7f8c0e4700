//! The head of a request, with what the outermost service adds to it.

mod id;

pub use id::{RequestId, forwarded_request_id, new_request_id};

use axum::extract::Request;
use http::{HeaderMap, Method, Uri, header};
use std::net::IpAddr;

/// Bytes of a `User-Agent` that are kept.
const MAX_USER_AGENT_BYTES: usize = 256;

/// The client's address, where it is known; in the extensions of a request.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub Option<IpAddr>);

/// The head of a request, its id and its client's address.
#[derive(Clone, Copy)]
pub struct Head<'a> {
    pub method: &'a Method,
    pub uri: &'a Uri,
    pub headers: &'a HeaderMap,
    pub id: &'a RequestId,
    /// Where it is known.
    pub address: Option<IpAddr>,
}

impl<'a> From<&'a Request> for Head<'a> {
    /// Reads id and address from the request's extensions.
    fn from(request: &'a Request) -> Self {
        let extensions = request.extensions();
        Self {
            method: request.method(),
            uri: request.uri(),
            headers: request.headers(),
            id: extensions.get().unwrap_or(&RequestId::UNKNOWN),
            address: extensions.get().and_then(|ClientAddress(found)| *found),
        }
    }
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
