//! What [`super::RequestService`] puts into a request's extensions, and how handlers read it.

use crate::head::{Head, RequestId, user_agent};
use axum::extract::Request;
use domain::origin::Origin;
use http::{Extensions, HeaderMap, header};
use std::net::IpAddr;

/// The address of the socket's peer, in the extensions of a request that comes from no connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// Returns the id of a request.
pub fn request_id(extensions: &Extensions) -> RequestId {
    extensions.get().cloned().unwrap_or(RequestId::UNKNOWN)
}

/// Returns where a request comes from, for the audit log.
pub fn origin(request: &Request) -> Origin {
    let head = Head::from(request);
    Origin {
        address: head.address,
        user_agent: user_agent(head.headers).to_owned(),
        request_id: head.id.to_string(),
    }
}

/// Whether a client accepts HTML, as browsers do.
pub fn wants_html(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains("text/html"))
}
