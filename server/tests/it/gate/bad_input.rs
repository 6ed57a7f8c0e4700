//! Hostile input: each gets a code of the contract, nothing panics, and no secret reaches the log.

use super::{assert_problem, call_gate, pair, verify::verify};
use axum::body::Body;
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    key::issued::IssuedKey,
    usage::{ChartRange, Window, breakdown::Dimension},
};
use futures_util::StreamExt;
use http::{HeaderValue, Method, StatusCode};
use serde_json::json;
use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};
use test_server::{TestServer, request};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tracing_subscriber::{filter::LevelFilter, fmt::MakeWriter};

/// The endpoints that require a key.
const ENDPOINTS: [(&str, &str); 6] = [
    ("GET", "/v1/whoami"),
    ("GET", "/v1/auth"),
    ("GET", "/api/v0/health"),
    ("POST", "/v1/keys/verify"),
    ("POST", "/v1/usage"),
    ("DELETE", "/v1/keys/current"),
];

/// Captures the log while it exists.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("a log").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Heard {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Heard {
    /// Captures this thread's log at every level.
    fn begin() -> (Self, tracing::subscriber::DefaultGuard) {
        let heard = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_writer(heard.clone())
            .finish();
        (heard, tracing::subscriber::set_default(subscriber))
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("a log")).into_owned()
    }
}

async fn with_key() -> (TestServer, IssuedKey) {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let key = server.key(&owner, "invoice:read key:verify", "").await;
    (server, key)
}

#[tokio::test]
async fn a_secret_of_a_megabyte_is_invalid() {
    let (server, key) = with_key().await;
    let id = key.id.to_string();
    let long = key.secret.repeat(20_000);
    let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{long}")));
    for (method, path) in ENDPOINTS {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        for lines in [
            &[("x-client-key", id.as_str()), ("x-client-secret", &long)] as &[(&str, &str)],
            &[("x-client-key", &long), ("x-client-secret", &key.secret)],
            &[("authorization", &basic)],
        ] {
            let answer = server.send(request(method.clone(), path, lines, "")).await;
            assert_problem(&answer, 401, "invalid_credentials");
        }
    }
    let question = json!({ "key": id, "secret": key.secret.repeat(4_000) }).to_string();
    let answer = verify(&server, &key, &question).await;
    assert_eq!(answer.json()["code"], "invalid_credentials");
    let question = json!({ "key": id, "secret": long }).to_string();
    let refused = verify(&server, &key, &question).await;
    assert_problem(&refused, 413, "body_too_large");
}

#[tokio::test]
async fn credentials_that_are_not_text_are_invalid() {
    let (server, key) = with_key().await;
    for (name, bytes) in [
        ("x-client-key", b"akl_\xff\xfe" as &[u8]),
        ("x-client-secret", b"asl_\xc3\x28"),
        ("x-client-secret", b"a\tb"),
        ("authorization", b"Basic \xff\xff"),
        ("authorization", b"Basic AAAA/wAA"),
    ] {
        let mut odd = request(Method::GET, "/v1/whoami", &[], "");
        if name != "authorization" {
            for (name, value) in pair(&key) {
                let value = HeaderValue::from_str(&value).expect("a value");
                odd.headers_mut().insert(name, value);
            }
        }
        let value = HeaderValue::from_bytes(bytes).expect("what a socket lets in");
        odd.headers_mut().insert(name, value);
        let answer = server.send(odd).await;
        assert_problem(&answer, 401, "invalid_credentials");
    }
}

#[tokio::test]
async fn two_pairs_are_refused_at_every_endpoint() {
    let (server, key) = with_key().await;
    let id = key.id.to_string();
    let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{}", key.secret)));
    let good = [
        ("x-client-key", id.as_str()),
        ("x-client-secret", &key.secret),
    ];
    for (method, path) in ENDPOINTS {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        for more in [
            ("x-client-key", id.as_str()),
            ("x-client-secret", &key.secret),
            ("X-Client-Secret", "other"),
            ("authorization", &basic),
        ] {
            let lines = [good[0], good[1], more];
            let answer = server.send(request(method.clone(), path, &lines, "")).await;
            assert_problem(&answer, 400, "ambiguous_credentials");
        }
        let in_query = format!("{path}?next=%2Fx%3Ft%3D{}", key.secret);
        let answer = server.send(request(method, &in_query, &good, "")).await;
        assert_problem(&answer, 400, "credentials_in_query");
    }
    // Nothing was changed.
    let answer = call_gate(&server, "/v1/whoami", &key, &[]).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn invalid_json_is_refused() {
    let (server, key) = with_key().await;
    let (id, secret) = (key.id.to_string(), &key.secret);
    let with = |field: &str| format!(r#"{{"key":"{id}","secret":"{secret}",{field}}}"#);
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(9_000), close.repeat(9_000));
    for body in [
        String::new(),
        "null".into(),
        "\u{feff}{}".into(),
        "1e999999".into(),
        "9".repeat(10_000),
        deep("[", "]"),
        deep(r#"{"request":"#, "}"),
        deep(r#"[{"scopes":"#, "}]"),
        with(r#""key":"again""#),
        with(r#""secret":"again""#),
        with(r#""scopes":[],"scopes":[]"#),
        with(r#""request":{"ip":"192.0.2.1","ip":"192.0.2.2"}"#),
        with(r#""request":{"ip":1e999}"#),
        with(r#""request":{"port":1}"#),
        with(r#""request":null"#),
        with(r#""scopes":{"0":"invoice:read"}"#),
        with(r#""scopes":[1]"#),
        with(r#""more":1"#),
        format!(r#"{{"key":"{id}","secret":"\ud800"}}"#),
        format!(r#"{{"key":"{id}","secret":"{secret}"}}{{}}"#),
        format!("{{'key':'{id}','secret':'{secret}'}}"),
    ] {
        let answer = verify(&server, &key, &body).await;
        assert_problem(&answer, 400, "invalid_request");
        assert!(!answer.body.contains(secret.as_str()));
    }
    for bytes in [
        b"{\"key\":\"\xff\",\"secret\":\"x\"}" as &[u8],
        b"\xff\xfe",
        b"{\"key\"\0:1}",
    ] {
        let mut odd = request(Method::POST, "/v1/keys/verify", &[], "");
        for (name, value) in pair(&key) {
            let value = HeaderValue::from_str(&value).expect("a value");
            odd.headers_mut().insert(name, value);
        }
        *odd.body_mut() = Body::from(bytes.to_vec());
        assert_problem(&server.send(odd).await, 400, "invalid_request");
    }
    // Unusual but valid questions are answered.
    for field in [
        r#""scopes":[]"#,
        r#""request":{}"#,
        r#""request":{"user_agent":"\u0000\u202e"}"#,
    ] {
        let answer = verify(&server, &key, &with(field)).await;
        assert_eq!(answer.json()["code"], "valid", "{field}");
    }
    let nul = json!({ "key": "\0", "secret": "\0" }).to_string();
    let answer = verify(&server, &key, &nul).await;
    assert_eq!(answer.json()["code"], "invalid_credentials");
}

#[tokio::test]
async fn a_slow_body_times_out_and_an_aborted_one_is_invalid() {
    let (server, key) = with_key().await;
    let with_body = |path: &str, body: Body| {
        let mut request = request(Method::POST, path, &[], "");
        for (name, value) in pair(&key) {
            let value = HeaderValue::from_str(&value).expect("a value");
            request.headers_mut().insert(name, value);
        }
        *request.body_mut() = body;
        server.send(request)
    };
    let begun = || futures_util::stream::iter([Ok::<_, io::Error>("{\"key\":")]);
    for path in ["/v1/keys/verify", "/v1/usage"] {
        let broken = [Err(io::ErrorKind::ConnectionReset.into())];
        let broken = begun().chain(futures_util::stream::iter(broken));
        let answer = with_body(path, Body::from_stream(broken)).await;
        assert_problem(&answer, 400, "invalid_request");
    }
    // Paused time advances as soon as all tasks wait.
    tokio::time::pause();
    for path in ["/v1/keys/verify", "/v1/usage"] {
        let before = tokio::time::Instant::now();
        let slow = begun().chain(futures_util::stream::pending());
        let answer = with_body(path, Body::from_stream(slow)).await;
        assert_problem(&answer, 408, "body_too_slow");
        assert!(before.elapsed().as_secs() <= 10);
    }
}

#[tokio::test]
async fn user_agents_and_routes_are_distinguished_up_to_a_limit() {
    const CALLS: i64 = 3_000;
    let (server, key) = with_key().await;
    for n in 0..CALLS {
        let (agent, route) = (format!("agent/{n}"), format!("/route-{n}"));
        let more = [("user-agent", agent.as_str()), ("x-forwarded-uri", &route)];
        let answer = call_gate(&server, "/v1/auth", &key, &more).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
    server
        .keyring
        .telemetry()
        .flush_usage()
        .await
        .expect("written");
    let owner = server.owner().await;
    let breakdown = owner
        .open_key(key.id)
        .await
        .expect("the key")
        .usage()
        .breakdown(ChartRange::of(Window::Day, owner.now()))
        .await
        .expect("counted");
    for dimension in [Dimension::UserAgent, Dimension::Route] {
        let shares = breakdown.of(dimension).expect("all are there");
        let named: i64 = shares.top.iter().map(|share| share.calls.total()).sum();
        assert_eq!(named + shares.rest.total(), CALLS, "{dimension:?}");
        // At most 32 values are kept, each with one counted call.
        assert!(named <= 32, "{dimension:?}: {named}");
    }
}

#[tokio::test]
async fn no_invalid_call_leaks_a_secret_into_the_log() {
    let (server, key) = with_key().await;
    let (heard, _listening) = Heard::begin();
    tracing::info!("the log is heard");
    let id = key.id.to_string();
    let secret = key.secret.as_str();
    let basic = STANDARD.encode(format!("{id}:{secret}"));
    let header = format!("Basic {basic}");
    for (method, path) in ENDPOINTS
        .into_iter()
        .filter(|endpoint| endpoint.0 != "DELETE")
    {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        for lines in [
            &[("x-client-key", id.as_str()), ("x-client-secret", secret)] as &[(&str, &str)],
            &[("x-client-key", secret), ("x-client-secret", secret)],
            &[("x-client-secret", secret)],
            &[("authorization", &header), ("user-agent", secret)],
            &[("authorization", &header), ("authorization", &header)],
            &[("x-request-id", secret), ("x-forwarded-for", secret)],
        ] {
            for path in [path.to_owned(), format!("{path}?secret={secret}")] {
                for body in [secret, &json!({ "key": id, "secret": secret }).to_string()] {
                    server
                        .send(request(method.clone(), &path, lines, body))
                        .await;
                }
            }
        }
    }
    server.keyring.close().await;
    call_gate(&server, "/api/v0/health", &key, &[]).await;
    let log = heard.text();
    assert!(log.contains("the log is heard"));
    for hidden in [secret, &secret[4..47], &basic] {
        assert!(!log.contains(hidden), "{log}");
    }
}

/// Sends raw bytes over a socket, and returns the response.
async fn raw(server: &TestServer, bytes: &[u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let serving = tokio::spawn(server::serve::serve(listener, server.state.clone()));
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    // The server may close before everything is written; only the response counts.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    serving.abort();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn heads_that_are_too_long_or_not_http_are_refused() {
    let (server, key) = with_key().await;
    let head = |lines: &str| {
        let [(k, id), (s, secret)] = pair(&key);
        format!(
            "GET /v1/whoami HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{k}: {id}\r\n{s}: {secret}\r\n{lines}\r\n"
        )
    };
    let many: Vec<_> = (0..200).map(|n| format!("x-{n}: 1\r\n")).collect();
    let many = many.concat();
    let huge = format!("x-huge: {}\r\n", "x".repeat(64 * 1024));
    for (what, lines, status) in [
        ("nothing more", "", "200"),
        ("many headers", many.as_str(), "431"),
        ("one huge header", &huge, "431"),
        ("a NUL", "x-nul: a\0b\r\n", "400"),
        ("a line that is folded", "x-fold: a\r\n b\r\n", "400"),
        ("a name with a blank", "x blank: a\r\n", "400"),
        ("no name", ": a\r\n", "400"),
        (
            "two lengths",
            "content-length: 1\r\ncontent-length: 2\r\n",
            "400",
        ),
    ] {
        let answer = raw(&server, head(lines).as_bytes()).await;
        let expected = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&expected), "{what}: {answer}");
        assert!(!answer.contains(&key.secret), "{what}");
    }
}
