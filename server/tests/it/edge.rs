//! Connections, request framing, host names and hostile texts.

mod hosts;
mod limits;
mod queries;
mod raw;

use contract::client_address::TrustedProxies;
use server::{AppState, connections::ConnectionLimits};
use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use test_server::TestServer;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    time::timeout,
};

/// The time-out of the tests.
const TIMEOUT: Duration = Duration::from_secs(30);
/// A limit that is not reached during a test.
const NEVER: Duration = Duration::from_hours(1);
/// A limit that is reached during a test.
const SOON: Duration = Duration::from_millis(100);

/// Limits without time-outs.
fn without_timeouts() -> ConnectionLimits {
    ConnectionLimits {
        head: NEVER,
        idle: NEVER,
        write: NEVER,
        age: NEVER,
        last_responses: NEVER,
        ..ConnectionLimits::default()
    }
}

/// Serves over a socket.
async fn serve(server: &TestServer, limits: ConnectionLimits) -> (SocketAddr, AppState) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let listener = listener.expect("a port");
    let address = listener.local_addr().expect("an address");
    let mut state = server.state.clone();
    state.limits = limits;
    state.metrics_token = Some("a-token-that-is-long-enough".into());
    state.proxies = Arc::new(TrustedProxies::default());
    tokio::spawn(server::serve::serve(listener, state.clone()));
    (address, state)
}

/// Connects from `127.0.0.last`. On Linux every address of 127.0.0.0/8 is a loopback address.
async fn connect(last: u8, address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    let here = Ipv4Addr::new(127, 0, 0, last);
    socket.bind(SocketAddr::new(here.into(), 0)).expect("ours");
    socket.connect(address).await.expect("a listener")
}

async fn send(stream: &mut TcpStream, bytes: &[u8]) {
    timeout(TIMEOUT, stream.write_all(bytes))
        .await
        .expect("in time")
        .expect("taken");
}

/// Reads until the server closes the connection.
async fn until_closed(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    // The end may be a reset.
    let _ = timeout(TIMEOUT, stream.read_to_end(&mut bytes))
        .await
        .expect("closed in time");
    bytes
}

/// Reads until these bytes have arrived.
async fn until(stream: &mut TcpStream, end: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4_096];
    while !bytes.windows(end.len()).any(|part| part == end) {
        let read = timeout(TIMEOUT, stream.read(&mut buffer)).await;
        let read = read.expect("in time").expect("read");
        assert_ne!(read, 0, "closed after {}", String::from_utf8_lossy(&bytes));
        bytes.extend_from_slice(&buffer[..read]);
    }
    bytes
}

/// Sends `GET /healthz` on a connection that stays open.
async fn healthy(stream: &mut TcpStream) {
    send(stream, b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    let answer = until(stream, b"ok\n").await;
    assert!(answer.starts_with(b"HTTP/1.1 200 "));
}

/// Waits until a number of connections are open.
async fn until_open(state: &AppState, connections: usize) {
    timeout(TIMEOUT, async {
        while state.connections.count() != connections {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("in time");
}

/// Returns the value of a sample in the metrics.
async fn sample(state: &AppState, name: &str) -> u64 {
    use tower::ServiceExt;
    let lines = [("authorization", "Bearer a-token-that-is-long-enough")];
    let request = test_server::request(http::Method::GET, "/metrics", &lines, "");
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
