//! What the server's edge lets in: connections, requests, hosts, texts.

mod hosts;
mod limits;
mod queries;
mod raw;

use crate::house::House;
use server::{AppState, gate::client_address::TrustedProxies, serve::Limits};
use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    time::timeout,
};

/// Longer than anything here may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// A time that never comes while a test runs.
const NEVER: Duration = Duration::from_hours(1);
/// A time that comes soon.
const SOON: Duration = Duration::from_millis(100);

/// Limits whose times never come.
fn patient() -> Limits {
    Limits {
        head: NEVER,
        idle: NEVER,
        write: NEVER,
        age: NEVER,
        last_answers: NEVER,
        ..Limits::default()
    }
}

/// Serves a house over a socket.
async fn serve(house: &House, limits: Limits) -> (SocketAddr, AppState) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let listener = listener.expect("a port");
    let address = listener.local_addr().expect("an address");
    let mut state = house.state.clone();
    state.limits = limits;
    state.metrics_token = Some("a-token-that-is-long-enough".into());
    state.proxies = Arc::new(TrustedProxies::default());
    tokio::spawn(server::serve::serve(listener, state.clone()));
    (address, state)
}

/// A connection from `127.0.0.last`; every address of 127.0.0.0/8 is Linux's own.
async fn connect(last: u8, address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    let here = Ipv4Addr::new(127, 0, 0, last);
    socket.bind(SocketAddr::new(here.into(), 0)).expect("ours");
    socket.connect(address).await.expect("somebody listens")
}

async fn send(stream: &mut TcpStream, bytes: &[u8]) {
    timeout(PATIENCE, stream.write_all(bytes))
        .await
        .expect("in time")
        .expect("taken");
}

/// Whatever comes until the server closes the connection.
async fn until_closed(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    // It may end with a reset.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut bytes))
        .await
        .expect("closed in time");
    bytes
}

/// What comes until these bytes have.
async fn until(stream: &mut TcpStream, end: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4_096];
    while !bytes.windows(end.len()).any(|part| part == end) {
        let read = timeout(PATIENCE, stream.read(&mut buffer)).await;
        let read = read.expect("in time").expect("read");
        assert_ne!(read, 0, "closed after {}", String::from_utf8_lossy(&bytes));
        bytes.extend_from_slice(&buffer[..read]);
    }
    bytes
}

/// `GET /healthz` on a connection that stays open.
async fn healthy(stream: &mut TcpStream) {
    send(stream, b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    let answer = until(stream, b"ok\n").await;
    assert!(answer.starts_with(b"HTTP/1.1 200 "));
}

/// Waits until so many connections are open.
async fn until_open(state: &AppState, connections: usize) {
    timeout(PATIENCE, async {
        while state.connections.count() != connections {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("in time");
}

/// What the metrics say of a sample.
async fn sample(state: &AppState, name: &str) -> u64 {
    use tower::ServiceExt;
    let lines = [("authorization", "Bearer a-token-that-is-long-enough")];
    let request = crate::house::request(http::Method::GET, "/metrics", &lines, "");
    let answer = server::router(state.clone()).oneshot(request).await;
    let body = answer.expect("infallible").into_body();
    let bytes = axum::body::to_bytes(body, usize::MAX)
        .await
        .expect("a body");
    let text = String::from_utf8(bytes.to_vec()).expect("text");
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let value = line.and_then(|value| value.trim().parse().ok());
    value.unwrap_or_else(|| panic!("no {name}: {text}"))
}
