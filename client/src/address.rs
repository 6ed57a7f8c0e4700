//! Where a request comes from.

use http::request::Parts;
use std::{net::IpAddr, sync::Arc};

/// Finds the address of a request's client.
pub(crate) type Find = Arc<dyn Fn(&Parts) -> Option<IpAddr> + Send + Sync>;

/// The other end of the socket, as axum knows it: what [`Builder::address`](crate::Builder::address) begins with.
#[cfg(feature = "axum")]
pub fn connect_info(parts: &Parts) -> Option<IpAddr> {
    use axum::extract::ConnectInfo;
    use std::net::SocketAddr;

    let ConnectInfo(peer) = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
    Some(peer.ip().to_canonical())
}

/// What is used where nothing else is said.
#[cfg(feature = "axum")]
pub(crate) fn usual() -> Find {
    Arc::new(connect_info)
}

/// What is used where nothing else is said: nobody's address is known.
#[cfg(not(feature = "axum"))]
pub(crate) fn usual() -> Find {
    Arc::new(|_| None)
}
