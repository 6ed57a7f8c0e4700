//! Limits of connections.

use super::{
    NEVER, SOON, connect, healthy, sample, send, serve, until, until_closed, until_open,
    without_timeouts,
};
use server::connections::ConnectionLimits;
use test_server::TestServer;
use tokio::{io::AsyncReadExt, net::TcpStream};

const HEALTHZ: &[u8] = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
const OPENAPI: &[u8] = b"GET /openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// Opens an HTTP/2 connection (RFC 9113, 3.4) with an initial window of `window` bytes for each response.
async fn start_http2(stream: &mut TcpStream, window: u32) {
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    // SETTINGS_INITIAL_WINDOW_SIZE.
    bytes.extend([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4]);
    bytes.extend(window.to_be_bytes());
    send(stream, &bytes).await;
}

/// Sends a `GET` as a HEADERS frame (RFC 7541: indexed fields, and literals without indexing).
async fn get_http2(stream: &mut TcpStream, id: u32, path: &str) {
    let mut block = vec![0x82, 0x86];
    for (name, value) in [(4, path), (1, "localhost")] {
        block.extend([name, u8::try_from(value.len()).expect("short")]);
        block.extend(value.bytes());
    }
    let length = u8::try_from(block.len()).expect("short");
    let mut frame = vec![0, 0, length, 1, 5];
    frame.extend(id.to_be_bytes());
    frame.extend(block);
    send(stream, &frame).await;
}

#[tokio::test]
async fn an_address_has_a_connection_limit_and_the_last_connections_serve_only_the_gate() {
    let server = TestServer::with_users().await;
    let limits = ConnectionLimits {
        connections: 6,
        reserved: 2,
        per_address: 3,
        ..without_timeouts()
    };
    let (address, state) = serve(&server, limits).await;
    // Loopback addresses may use all connections that are not reserved: four.
    let mut open = Vec::new();
    for _ in 0..4 {
        let mut stream = connect(2, address).await;
        healthy(&mut stream).await;
        open.push(stream);
    }
    let mut refused = connect(2, address).await;
    assert!(until_closed(&mut refused).await.is_empty());
    // The remaining connections serve one request of the gate each.
    let mut other = connect(3, address).await;
    send(&mut other, HEALTHZ).await;
    let answer = String::from_utf8(until_closed(&mut other).await).expect("text");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
    let mut other = connect(3, address).await;
    send(
        &mut other,
        b"GET /sign-in HTTP/1.1\r\nhost: localhost\r\n\r\n",
    )
    .await;
    let answer = String::from_utf8(until_closed(&mut other).await).expect("text");
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("retry-after: "), "{answer}");
    until_open(&state, 4).await;
    let (_one, _two) = (connect(3, address).await, connect(3, address).await);
    until_open(&state, 6).await;
    let mut refused = connect(4, address).await;
    assert!(until_closed(&mut refused).await.is_empty());
    let refused = "latchkey_connections_refused_total{reason=\"address\"}";
    assert_eq!(sample(&state, refused).await, 1);
    let refused = "latchkey_connections_refused_total{reason=\"full\"}";
    assert_eq!(sample(&state, refused).await, 1);
    assert_eq!(sample(&state, "latchkey_connections ").await, 6);
    // A closed connection makes room.
    drop(open.pop());
    until_open(&state, 5).await;
    for stream in &mut open {
        healthy(stream).await;
    }
}

/// Answers the first PING (RFC 9113, 6.7), with which a server begins to close a connection.
async fn answer_ping(stream: &mut TcpStream) {
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await.expect("a frame");
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; usize::try_from(length).expect("short")];
        stream.read_exact(&mut payload).await.expect("a frame");
        let (kind, flags) = (head[3], head[4]);
        if (kind, flags) == (6, 0) {
            let mut frame = vec![0, 0, 8, 6, 1, 0, 0, 0, 0];
            frame.extend(payload);
            send(stream, &frame).await;
            return;
        }
    }
}

#[tokio::test]
async fn a_reserved_connection_serves_one_request_over_http2_too() {
    let server = TestServer::with_users().await;
    let limits = ConnectionLimits {
        connections: 2,
        reserved: 1,
        per_address: 1,
        ..without_timeouts()
    };
    let (address, state) = serve(&server, limits).await;
    let mut first = connect(2, address).await;
    healthy(&mut first).await;
    let mut reserved = connect(3, address).await;
    start_http2(&mut reserved, 65_535).await;
    get_http2(&mut reserved, 1, "/healthz").await;
    answer_ping(&mut reserved).await;
    until_closed(&mut reserved).await;
    until_open(&state, 1).await;
    healthy(&mut first).await;
}

#[tokio::test]
async fn idle_connections_of_both_protocols_are_closed() {
    let server = TestServer::with_users().await;
    let limits = ConnectionLimits {
        idle: SOON,
        ..without_timeouts()
    };
    let (address, state) = serve(&server, limits).await;
    let mut first = connect(1, address).await;
    healthy(&mut first).await;
    assert!(until_closed(&mut first).await.is_empty());
    let mut second = connect(1, address).await;
    start_http2(&mut second, 65_535).await;
    get_http2(&mut second, 1, "/healthz").await;
    until(&mut second, b"ok\n").await;
    until_closed(&mut second).await;
    until_open(&state, 0).await;
    let ended = "latchkey_connections_ended_total{reason=\"idle\"}";
    assert_eq!(sample(&state, ended).await, 2);
}

#[tokio::test]
async fn a_slow_head_closes_the_connection_and_idling_does_not() {
    let server = TestServer::with_users().await;
    let limits = ConnectionLimits {
        head: SOON,
        ..without_timeouts()
    };
    let (address, state) = serve(&server, limits).await;
    let mut idle = connect(1, address).await;
    healthy(&mut idle).await;
    let beginnings: [&[u8]; 5] = [
        b"",
        b"G",
        b"PRI * HT",
        b"GET / HTTP/1.1\r\nhost: x\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ];
    for beginning in beginnings {
        let mut slow = connect(1, address).await;
        send(&mut slow, beginning).await;
        until_closed(&mut slow).await;
    }
    // The limit also holds for a second head.
    let mut slow = connect(1, address).await;
    healthy(&mut slow).await;
    send(&mut slow, b"GET /healthz HTTP/1.1\r\n").await;
    assert!(until_closed(&mut slow).await.is_empty());
    healthy(&mut idle).await;
    let ended = "latchkey_connections_ended_total{reason=\"head\"}";
    assert_eq!(sample(&state, ended).await, 6);
}

#[tokio::test]
async fn a_response_that_is_not_received_closes_its_connection() {
    let server = TestServer::with_users().await;
    let limits = ConnectionLimits {
        write: SOON,
        ..without_timeouts()
    };
    let (address, state) = serve(&server, limits).await;
    // Many requests whose responses are not read.
    let mut deaf = connect(1, address).await;
    let mut sent = 0;
    while sent < 2_000
        && tokio::time::timeout(
            SOON,
            tokio::io::AsyncWriteExt::write_all(&mut deaf, OPENAPI),
        )
        .await
        .is_ok_and(|sent| sent.is_ok())
    {
        sent += 1;
    }
    until_open(&state, 0).await;
    let mut deaf = connect(1, address).await;
    start_http2(&mut deaf, 0).await;
    get_http2(&mut deaf, 1, "/openapi.json").await;
    until_closed(&mut deaf).await;
    until_open(&state, 0).await;
    let ended = "latchkey_connections_ended_total{reason=\"write\"}";
    assert_eq!(sample(&state, ended).await, 2);
}

#[tokio::test]
async fn an_old_connection_closes_after_its_response() {
    let server = TestServer::with_users().await;
    let limits = ConnectionLimits {
        age: SOON,
        ..without_timeouts()
    };
    let (address, state) = serve(&server, limits).await;
    for _ in 0..2 {
        let mut old = connect(1, address).await;
        send(&mut old, HEALTHZ).await;
        let answer = until_closed(&mut old).await;
        assert!(answer.ends_with(b"ok\n"));
    }
    until_open(&state, 0).await;
    let ended = "latchkey_connections_ended_total{reason=\"age\"}";
    assert_eq!(sample(&state, ended).await, 2);
}

#[tokio::test]
async fn an_old_http2_connection_closes_after_its_responses_or_when_their_time_is_over() {
    let server = TestServer::with_users().await;
    let limits = ConnectionLimits {
        age: SOON,
        last_responses: SOON,
        ..without_timeouts()
    };
    let (address, state) = serve(&server, limits).await;
    // With a window of 0 the response never ends.
    for (window, path) in [(65_535, "/healthz"), (0, "/openapi.json")] {
        let mut old = connect(1, address).await;
        start_http2(&mut old, window).await;
        get_http2(&mut old, 1, path).await;
        answer_ping(&mut old).await;
        until_closed(&mut old).await;
    }
    until_open(&state, 0).await;
    let ended = "latchkey_connections_ended_total{reason=\"age\"}";
    assert_eq!(sample(&state, ended).await, 2);
}

#[tokio::test]
async fn a_quiet_stream_stays_open() {
    let server = TestServer::with_users().await;
    let limits = ConnectionLimits {
        idle: SOON,
        write: SOON,
        head: SOON,
        age: NEVER,
        ..without_timeouts()
    };
    let (address, _state) = serve(&server, limits).await;
    let app = server.application(test_server::VIEWER).await;
    let token = server.token(test_server::VIEWER).await;
    let mut live = connect(1, address).await;
    let request = format!(
        "GET /apps/{app}/settings/requests/live HTTP/1.1\r\nhost: localhost:3000\r\ncookie: latchkey={token}\r\n\r\n"
    );
    send(&mut live, request.as_bytes()).await;
    until(&mut live, b"retry: 2000").await;
    // Longer than all idle limits.
    until(&mut live, b": still here").await;
}
