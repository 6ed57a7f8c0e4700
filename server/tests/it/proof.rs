//! What is promised, shown over real sockets.

mod caddy;
mod connection;
mod hammer;
mod nginx;
mod proxied;
mod replayed;

use crate::house::House;
use server::gate::client_address::TrustedProxies;
use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};
use tokio::net::TcpListener;

/// Listens on some port of this machine.
async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    (listener, address)
}

/// Serves a house as `latchkey serve` does; proxies on this machine are believed.
async fn serve(house: &House) -> SocketAddr {
    let (listener, address) = listen().await;
    let mut state = house.state.clone();
    state.proxies = Arc::new(TrustedProxies::parse("127.0.0.1").expect("an address"));
    tokio::spawn(server::serve::serve(listener, state));
    address
}
