//! Request smuggling: bytes that implementations read as different requests are refused.

use super::{connect, send, serve, until, until_closed, without_timeouts};
use test_server::TestServer;

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table")]
async fn ambiguous_framing_is_refused() {
    let server = TestServer::with_users().await;
    let (address, _state) = serve(&server, without_timeouts()).await;
    let get = "GET /healthz HTTP/1.1\r\n";
    let post = "POST /v1/usage HTTP/1.1\r\nHost: a\r\n";
    let close = "Connection: close\r\n\r\n";
    let table: &[(&str, String, u16)] = &[
        ("one host", format!("{get}Host: localhost\r\n{close}"), 200),
        (
            "empty lines before",
            format!("\r\n\r\n{get}Host: localhost\r\n{close}"),
            200,
        ),
        (
            "a host with a port",
            format!("{get}Host: localhost:3000\r\n{close}"),
            200,
        ),
        (
            "the old protocol without a host",
            "GET /healthz HTTP/1.0\r\n\r\n".into(),
            200,
        ),
        (
            "the absolute form",
            format!("GET http://localhost/healthz HTTP/1.1\r\nHost: localhost\r\n{close}"),
            200,
        ),
        (
            "the asterisk",
            format!("OPTIONS * HTTP/1.1\r\nHost: localhost:3000\r\n{close}"),
            404,
        ),
        ("no host", format!("{get}{close}"), 400),
        (
            "two hosts",
            format!("{get}Host: a\r\nHost: b\r\n{close}"),
            400,
        ),
        (
            "the same host twice",
            format!("{get}Host: a\r\nhost: a\r\n{close}"),
            400,
        ),
        ("an empty host", format!("{get}Host:\r\n{close}"), 400),
        (
            "two hosts in one",
            format!("{get}Host: a, b\r\n{close}"),
            400,
        ),
        (
            "a host with a blank",
            format!("{get}Host: a b\r\n{close}"),
            400,
        ),
        (
            "a host with a path",
            format!("{get}Host: a/b\r\n{close}"),
            400,
        ),
        (
            "a host with a user",
            format!("{get}Host: a@b\r\n{close}"),
            400,
        ),
        (
            "a host with no port",
            format!("{get}Host: a:99999\r\n{close}"),
            400,
        ),
        (
            "a host with letters for a port",
            format!("{get}Host: a:b\r\n{close}"),
            400,
        ),
        (
            "another host in the target",
            format!("GET http://a/healthz HTTP/1.1\r\nHost: b\r\n{close}"),
            400,
        ),
        (
            "a target without a port",
            format!("GET http://x:99999/nothing HTTP/1.1\r\nHost: x:99999\r\n{close}"),
            400,
        ),
        (
            "a target with a user",
            format!("GET http://a@b/healthz HTTP/1.1\r\nHost: b\r\n{close}"),
            400,
        ),
        (
            "a tunnel",
            format!("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n{close}"),
            400,
        ),
        (
            "LF behind the request line",
            "GET /healthz HTTP/1.1\nHost: a\r\nConnection: close\r\n\r\n".into(),
            400,
        ),
        ("LF behind a header", format!("{get}Host: a\n{close}"), 400),
        (
            "LF at the end",
            format!("{get}Host: a\r\nConnection: close\r\n\n"),
            400,
        ),
        (
            "LF everywhere",
            "GET /healthz HTTP/1.1\nHost: a\nConnection: close\n\n".into(),
            400,
        ),
        (
            "LF in a value",
            format!("{get}Host: a\r\nX: b\nY: c\r\n{close}"),
            400,
        ),
        (
            "CR in a value",
            format!("{get}Host: a\r\nX: b\rY: c\r\n{close}"),
            400,
        ),
        (
            "NUL in a value",
            format!("{get}Host: a\r\nX: b\0c\r\n{close}"),
            400,
        ),
        (
            "a folded line",
            format!("{get}Host: a\r\nX: b\r\n c\r\n{close}"),
            400,
        ),
        (
            "a blank before the colon",
            format!("{get}Host : a\r\n{close}"),
            400,
        ),
        (
            "two lengths",
            format!("{post}Content-Length: 1\r\nContent-Length: 2\r\n{close}x"),
            400,
        ),
        (
            "a list of lengths",
            format!("{post}Content-Length: 1, 1\r\n{close}x"),
            400,
        ),
        (
            "a signed length",
            format!("{post}Content-Length: +1\r\n{close}x"),
            400,
        ),
        (
            "a negative length",
            format!("{post}Content-Length: -1\r\n{close}"),
            400,
        ),
        (
            "a length in hexadecimal",
            format!("{post}Content-Length: 0x1\r\n{close}x"),
            400,
        ),
        (
            "a length and chunks",
            format!("{post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n{close}0\r\n\r\n"),
            400,
        ),
        (
            "chunks and a length",
            format!("{post}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n{close}0\r\n\r\n"),
            400,
        ),
        (
            "chunks that are not the last",
            format!("{post}Transfer-Encoding: chunked, identity\r\n{close}0\r\n\r\n"),
            400,
        ),
        (
            "another encoding",
            format!("{post}Transfer-Encoding: xchunked\r\n{close}0\r\n\r\n"),
            400,
        ),
        (
            "chunks in the old protocol",
            "POST /v1/usage HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                .into(),
            400,
        ),
        ("no protocol", "GET /healthz\r\n\r\n".into(), 400),
        (
            "another protocol",
            format!("GET /healthz HTTP/9.9\r\nHost: a\r\n{close}"),
            400,
        ),
        (
            "two blanks",
            format!("GET  /healthz HTTP/1.1\r\nHost: a\r\n{close}"),
            400,
        ),
        (
            "a blank in the target",
            format!("GET /a b HTTP/1.1\r\nHost: a\r\n{close}"),
            400,
        ),
        (
            "a long target",
            format!("GET /{} HTTP/1.1\r\nHost: a\r\n{close}", "x".repeat(20_000)),
            414,
        ),
        (
            "a long head",
            format!("{get}Host: a\r\nX: {}\r\n{close}", "x".repeat(40_000)),
            431,
        ),
        (
            "many headers",
            format!("{get}Host: a\r\n{}{close}", "X: y\r\n".repeat(101)),
            431,
        ),
    ];
    for (what, bytes, status) in table {
        let mut stream = connect(1, address).await;
        send(&mut stream, bytes.as_bytes()).await;
        let answer = until_closed(&mut stream).await;
        let answer = String::from_utf8_lossy(&answer);
        let expected = [format!("HTTP/1.1 {status} "), format!("HTTP/1.0 {status} ")];
        assert!(
            expected.iter().any(|start| answer.starts_with(start)),
            "{what}: {answer}"
        );
        assert_eq!(answer.matches("HTTP/1.").count(), 1, "{what}: {answer}");
    }
}

#[tokio::test]
async fn a_request_smuggled_after_a_refused_one_gets_no_response() {
    let server = TestServer::with_users().await;
    let (address, _state) = serve(&server, without_timeouts()).await;
    let smuggled = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    for refused in [
        "GET /healthz HTTP/1.1\nHost: a\r\n\r\n",
        "POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    ] {
        let mut stream = connect(1, address).await;
        send(&mut stream, format!("{refused}{smuggled}").as_bytes()).await;
        let answer = until_closed(&mut stream).await;
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
    }
}

#[tokio::test]
async fn each_pipelined_request_is_checked() {
    let server = TestServer::with_users().await;
    let (address, _state) = serve(&server, without_timeouts()).await;
    let mut stream = connect(1, address).await;
    let right = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    let body = "POST /v1/nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n\n\n\n";
    let wrong = "GET /healthz HTTP/1.1\r\nHost: a\n\r\n";
    send(
        &mut stream,
        format!("{right}{body}{right}{wrong}").as_bytes(),
    )
    .await;
    let answer = until(&mut stream, b"HTTP/1.1 400 ").await;
    let answer = String::from_utf8_lossy(&answer);
    assert_eq!(answer.matches("HTTP/1.1 200 ").count(), 2, "{answer}");
    assert_eq!(answer.matches("HTTP/1.1 404 ").count(), 1, "{answer}");
}
