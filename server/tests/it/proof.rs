//! Tests over real sockets: proxies, and changes under concurrent calls.

mod caddy;
mod connection;
mod envoy;
mod hammer;
mod nginx;
mod proxied;
mod proxy;
mod traefik;

use contract::client_address::TrustedProxies;
use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};
use test_server::TestServer;
use tokio::net::TcpListener;

/// Listens on a free port.
async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    (listener, address)
}

/// Serves as `latchkey serve` does, with loopback as a trusted proxy.
async fn serve(server: &TestServer) -> SocketAddr {
    let (listener, address) = listen().await;
    let mut state = server.state.clone();
    state.proxies = Arc::new(TrustedProxies::parse("127.0.0.1").expect("an address"));
    tokio::spawn(server::serve::serve(listener, state));
    address
}
