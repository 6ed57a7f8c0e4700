//! What nobody sends who means well: each gets a proper code, nothing panics, and no secret reaches the log.

use super::{ask, assert_problem, pair, verify::verify};
use crate::house::{House, request};
use axum::body::Body;
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    key::issued::IssuedKey,
    usage::{Range, Window, breakdown::Dimension},
};
use futures_util::StreamExt;
use http::{HeaderValue, Method, StatusCode};
use serde_json::json;
use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tracing_subscriber::{filter::LevelFilter, fmt::MakeWriter};

/// The doors that ask for a key.
const DOORS: [(&str, &str); 6] = [
    ("GET", "/v1/whoami"),
    ("GET", "/v1/auth"),
    ("GET", "/api/v0/health"),
    ("POST", "/v1/keys/verify"),
    ("POST", "/v1/usage"),
    ("DELETE", "/v1/keys/current"),
];

/// Everything that is logged while it is there.
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
    /// Listens to this thread's log, at every level.
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

async fn furnished() -> (House, IssuedKey) {
    let house = House::furnished().await;
    let owner = house.owner().await;
    let key = house.key(&owner, "invoice:read key:verify", "").await;
    (house, key)
}

#[tokio::test]
async fn a_secret_of_a_megabyte_is_a_wrong_one() {
    let (house, key) = furnished().await;
    let id = key.id.to_string();
    let long = key.secret.repeat(20_000);
    let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{long}")));
    for (method, path) in DOORS {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        for lines in [
            &[("x-client-key", id.as_str()), ("x-client-secret", &long)] as &[(&str, &str)],
            &[("x-client-key", &long), ("x-client-secret", &key.secret)],
            &[("authorization", &basic)],
        ] {
            let answer = house.send(request(method.clone(), path, lines, "")).await;
            assert_problem(&answer, 401, "invalid_credentials");
        }
    }
    let question = json!({ "key": id, "secret": key.secret.repeat(4_000) }).to_string();
    let answer = verify(&house, &key, &question).await;
    assert_eq!(answer.json()["code"], "invalid_credentials");
    let question = json!({ "key": id, "secret": long }).to_string();
    let refused = verify(&house, &key, &question).await;
    assert_problem(&refused, 413, "body_too_large");
}

#[tokio::test]
async fn bytes_that_are_no_text_are_a_wrong_pair() {
    let (house, key) = furnished().await;
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
        let answer = house.send(odd).await;
        assert_problem(&answer, 401, "invalid_credentials");
    }
}

#[tokio::test]
async fn two_pairs_are_one_too_many_at_every_door() {
    let (house, key) = furnished().await;
    let id = key.id.to_string();
    let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{}", key.secret)));
    let good = [
        ("x-client-key", id.as_str()),
        ("x-client-secret", &key.secret),
    ];
    for (method, path) in DOORS {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        for more in [
            ("x-client-key", id.as_str()),
            ("x-client-secret", &key.secret),
            ("X-Client-Secret", "other"),
            ("authorization", &basic),
        ] {
            let lines = [good[0], good[1], more];
            let answer = house.send(request(method.clone(), path, &lines, "")).await;
            assert_problem(&answer, 400, "ambiguous_credentials");
        }
        let in_query = format!("{path}?next=%2Fx%3Ft%3D{}", key.secret);
        let answer = house.send(request(method, &in_query, &good, "")).await;
        assert_problem(&answer, 400, "credentials_in_query");
    }
    // Nothing of it was carried out.
    let answer = ask(&house, "/v1/whoami", &key, &[]).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn absurd_json_is_no_question() {
    let (house, key) = furnished().await;
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
        let answer = verify(&house, &key, &body).await;
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
        assert_problem(&house.send(odd).await, 400, "invalid_request");
    }
    // What is odd and yet a question gets its answer.
    for field in [
        r#""scopes":[]"#,
        r#""request":{}"#,
        r#""request":{"user_agent":"\u0000\u202e"}"#,
    ] {
        let answer = verify(&house, &key, &with(field)).await;
        assert_eq!(answer.json()["code"], "valid", "{field}");
    }
    let nul = json!({ "key": "\0", "secret": "\0" }).to_string();
    let answer = verify(&house, &key, &nul).await;
    assert_eq!(answer.json()["code"], "invalid_credentials");
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_not_waited_for_and_one_that_breaks_off_is_no_question() {
    let (house, key) = furnished().await;
    let with_body = |path: &str, body: Body| {
        let mut request = request(Method::POST, path, &[], "");
        for (name, value) in pair(&key) {
            let value = HeaderValue::from_str(&value).expect("a value");
            request.headers_mut().insert(name, value);
        }
        *request.body_mut() = body;
        house.send(request)
    };
    let begun = || futures_util::stream::iter([Ok::<_, io::Error>("{\"key\":")]);
    for path in ["/v1/keys/verify", "/v1/usage"] {
        let broken = [Err(io::ErrorKind::ConnectionReset.into())];
        let broken = begun().chain(futures_util::stream::iter(broken));
        let answer = with_body(path, Body::from_stream(broken)).await;
        assert_problem(&answer, 400, "invalid_request");
    }
    // The clock of the timers leaps as soon as everybody waits.
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
async fn thousands_of_user_agents_and_routes_are_told_apart_up_to_a_bound() {
    const CALLS: i64 = 3_000;
    let (house, key) = furnished().await;
    for n in 0..CALLS {
        let (agent, route) = (format!("agent/{n}"), format!("/route-{n}"));
        let more = [("user-agent", agent.as_str()), ("x-forwarded-uri", &route)];
        let answer = ask(&house, "/v1/auth", &key, &more).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
    house
        .keyring
        .telemetry()
        .flush_usage()
        .await
        .expect("written");
    let owner = house.owner().await;
    let breakdown = owner
        .open_key(key.id)
        .await
        .expect("the key")
        .usage()
        .breakdown(Range::of(Window::Day, owner.now()))
        .await
        .expect("counted");
    for dimension in [Dimension::UserAgent, Dimension::Route] {
        let shares = breakdown.of(dimension).expect("all are there");
        let named: i64 = shares.top.iter().map(|share| share.calls.total()).sum();
        assert_eq!(named + shares.rest.total(), CALLS, "{dimension:?}");
        // Fifty are kept by name, so a page cannot name more.
        assert!(named <= 50, "{dimension:?}: {named}");
    }
}

#[tokio::test]
async fn no_secret_reaches_the_log_whatever_is_wrong_with_the_call() {
    let (house, key) = furnished().await;
    let (heard, _listening) = Heard::begin();
    tracing::info!("the log is heard");
    let id = key.id.to_string();
    let secret = key.secret.as_str();
    let basic = STANDARD.encode(format!("{id}:{secret}"));
    let header = format!("Basic {basic}");
    for (method, path) in DOORS.into_iter().filter(|door| door.0 != "DELETE") {
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
                    house
                        .send(request(method.clone(), &path, lines, body))
                        .await;
                }
            }
        }
    }
    house.keyring.close().await;
    ask(&house, "/api/v0/health", &key, &[]).await;
    let log = heard.text();
    assert!(log.contains("the log is heard"));
    for hidden in [secret, &secret[4..47], &basic] {
        assert!(!log.contains(hidden), "{log}");
    }
}

/// Sends bytes through a socket, as nobody does who has a library; what comes back.
async fn raw(house: &House, bytes: &[u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let serving = tokio::spawn(server::serve::serve(listener, house.state.clone()));
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    // The server may close before everything is written: what it answered counts.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    serving.abort();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn heads_that_are_too_long_or_no_http_are_refused_before_anything_is_done() {
    let (house, key) = furnished().await;
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
        let answer = raw(&house, head(lines).as_bytes()).await;
        let expected = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&expected), "{what}: {answer}");
        assert!(!answer.contains(&key.secret), "{what}");
    }
}
