//! The address of a request's client.

use http::request::Parts;
use std::{net::IpAddr, sync::Arc};

/// A function that determines the address of a request's client.
pub(crate) type Find = Arc<dyn Fn(&Parts) -> Option<IpAddr> + Send + Sync>;

/// Returns the socket's peer from axum's `ConnectInfo`: the default of [`Builder::address`](crate::Builder::address).
#[cfg(feature = "axum")]
pub fn connect_info(parts: &Parts) -> Option<IpAddr> {
    use axum::extract::ConnectInfo;
    use std::net::SocketAddr;

    let ConnectInfo(peer) = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
    Some(peer.ip().to_canonical())
}

/// Returns the default function: [`connect_info`].
#[cfg(feature = "axum")]
pub(crate) fn default_find() -> Find {
    Arc::new(connect_info)
}

/// Returns the default function: the address is unknown.
#[cfg(not(feature = "axum"))]
pub(crate) fn default_find() -> Find {
    Arc::new(|_| None)
}
