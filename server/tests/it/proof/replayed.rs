//! Proxies that Debian does not package: the tests send what the proxy sends with its configuration in docs/proxies.

use super::{
    connection::{Answer, Connection},
    serve,
};
use domain::{
    decision::DecisionFilter,
    key::issued::IssuedKey,
    security::{EventFilter, EventKind},
};
use test_server::TestServer;

const ENVOY: &str = include_str!("../../../../docs/proxies/envoy.yaml");
const TRAEFIK: &str = include_str!("../../../../docs/proxies/traefik.yaml");

/// Returns the value of a setting in the configuration.
fn setting<'a>(recipe: &'a str, name: &str) -> &'a str {
    let mut found = recipe
        .lines()
        .filter_map(|line| line.trim().strip_prefix(name)?.strip_prefix(": "));
    let value = found.next().unwrap_or_else(|| panic!("no {name}"));
    assert_eq!(found.next(), None, "{name} is there twice");
    value.trim_matches('"')
}

/// Returns the authorization request of Envoy's `ext_authz` for `GET target`: its own path, followed by the original path and
/// query; the headers that the configuration forwards; and what Envoy adds: its address in `X-Forwarded-For`, and its names.
async fn envoy_request(
    gate: &mut Connection,
    method: &str,
    target: &str,
    lines: &[(&str, &str)],
) -> Answer {
    let allowed: Vec<_> = ENVOY
        .lines()
        .skip_while(|line| line.trim() != "allowed_headers:")
        .filter_map(|line| line.trim().strip_prefix("- { exact: ")?.strip_suffix(" }"))
        .take_while(|name| name.starts_with("x-") || *name == "user-agent")
        .collect();
    assert!(allowed.contains(&"x-client-secret"), "{allowed:?}");
    let mut sent: Vec<_> = lines
        .iter()
        .copied()
        .filter(|(name, _)| allowed.contains(name) || *name == "authorization")
        .collect();
    sent.extend([
        ("content-length", "0"),
        ("x-envoy-internal", "true"),
        ("x-envoy-expected-rq-timeout-ms", "2000"),
    ]);
    let path = format!("{}{target}", setting(ENVOY, "path_prefix"));
    gate.send(method, &path, &sent).await
}

/// Returns the headers of a call through Envoy, which has appended the caller's address to `X-Forwarded-For`, and then
/// its own.
fn called<'a>(key: &'a IssuedKey, id: &'a str, forwarded: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("x-client-key", id),
        ("x-client-secret", &key.secret),
        ("x-forwarded-for", forwarded),
        ("x-request-id", "0f5a2c1e-8c1b-4b6e-9d0a-1f2e3d4c5b6a"),
        ("user-agent", "curl/8.14"),
        ("cookie", "session=abc"),
    ]
}

#[tokio::test]
async fn envoys_appended_path_and_query_do_not_change_the_required_scopes() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let mut gate = Connection::to(serve(&server).await).await;
    let key = server.key(&owner, "invoice:read", "").await;
    let id = key.id.to_string();
    let lines = called(&key, &id, "203.0.113.9,127.0.0.1");
    for target in [
        "/",
        "/invoices",
        "/invoices/17?page=2",
        "/invoices?key=1&secret=2&api_key=3",
        "/invoices?scope=tax:read&scope=nonsense",
        "/invoices?next=%2Fv1%2Fauth%2Fscopes%2F-",
        "/v1/auth/scopes/-/x",
        "//invoices?",
        "/../invoices",
        "/invoices%2F17%3Fa",
    ] {
        let passed = envoy_request(&mut gate, "GET", target, &lines).await;
        assert_eq!(passed.status, 200, "{target}: {}", passed.body);
        assert_eq!(passed.header("x-latchkey-key-id"), id);
        assert_eq!(passed.header("x-latchkey-scopes"), "invoice:read");
    }
    // No call is reported as one with credentials in its query.
    assert_eq!(credentials_in_urls(&owner).await, 0);
    let narrow = server.key(&owner, "customer:read", "").await;
    let id = narrow.id.to_string();
    let lines = called(&narrow, &id, "203.0.113.9,127.0.0.1");
    let target = "/invoices?scope=customer:read";
    let refused = envoy_request(&mut gate, "POST", target, &lines).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    let anonymous = envoy_request(&mut gate, "GET", "/invoices", &[]).await;
    assert_eq!(anonymous.status, 401);
    assert_eq!(
        anonymous.header("www-authenticate"),
        r#"ApiKey realm="latchkey""#
    );
}

/// Returns the number of reported calls with credentials in their query.
async fn credentials_in_urls(owner: &management::Owner) -> usize {
    let filter = EventFilter {
        kind: Some(EventKind::InQuery),
        ..EventFilter::default()
    };
    let page = owner.security_events(&filter, None).await;
    page.expect("read").rows.len()
}

#[tokio::test]
async fn behind_envoy_the_client_address_and_the_path_are_known() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let mut gate = Connection::to(serve(&server).await).await;
    let key = server.key(&owner, "invoice:read", "203.0.113.9").await;
    let id = key.id.to_string();
    for (forwarded, status) in [
        ("203.0.113.9,127.0.0.1", 200),
        // The caller's own entry comes before the one of Envoy.
        ("203.0.113.9,198.51.100.2,127.0.0.1", 403),
        ("198.51.100.2,203.0.113.9,127.0.0.1", 200),
    ] {
        let lines = called(&key, &id, forwarded);
        let answer = envoy_request(&mut gate, "PUT", "/invoices/17?page=2", &lines).await;
        assert_eq!(answer.status, status, "{forwarded}: {}", answer.body);
    }
    let page = owner.requests(DecisionFilter::default(), None).await;
    let rows = page.expect("read").rows;
    assert_eq!(rows.len(), 3);
    for row in rows {
        assert_eq!(row.route, "PUT /invoices/{id}");
    }
    // The configuration takes addresses from sockets, and generates request ids.
    assert_eq!(setting(ENVOY, "use_remote_address"), "true");
    assert_eq!(setting(ENVOY, "preserve_external_request_id"), "false");
    assert_eq!(setting(ENVOY, "failure_mode_allow"), "false");
    assert_eq!(
        setting(ENVOY, "request_headers_to_remove"),
        "[x-client-secret]"
    );
}

#[tokio::test]
async fn scopes_in_a_path_work_like_those_in_a_query() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let mut gate = Connection::to(serve(&server).await).await;
    let key = server.key(&owner, "invoice:read invoice:create", "").await;
    for (scopes, status, code) in [
        ("invoice:read", 200, ""),
        ("invoice:read,invoice:create", 200, ""),
        ("-", 200, ""),
        ("invoice:read,tax:read", 403, "insufficient_scope"),
        ("invoice:fly", 400, "unknown_scope"),
        ("invoice:read,", 400, "unknown_scope"),
        ("-,invoice:read", 400, "unknown_scope"),
        ("invoice%3Aread", 400, "unknown_scope"),
        ("", 404, "not_found"),
    ] {
        let path = format!("/v1/auth/scopes/{scopes}");
        let answer = gate.get(&path, &key).await;
        assert_eq!(answer.status, status, "{scopes}: {}", answer.body);
        assert!(answer.body.contains(code), "{scopes}: {}", answer.body);
    }
    // An empty list of scopes is an error.
    let empty = gate.get("/v1/auth/scopes//invoices", &key).await;
    assert_eq!(empty.status, 400, "{}", empty.body);
}

/// Returns the authorization request of Traefik's `forwardAuth` for `method target`: a GET at the configured address, with
/// the configured headers and Traefik's own.
async fn traefik_request(
    gate: &mut Connection,
    caller: &str,
    target: &str,
    lines: &[(&str, &str)],
) -> Answer {
    let listed = setting(TRAEFIK, "authRequestHeaders").to_ascii_lowercase();
    let listed: Vec<_> = listed.trim_matches(['[', ']']).split(", ").collect();
    let mut sent: Vec<_> = lines
        .iter()
        .copied()
        .filter(|(name, _)| listed.contains(name))
        .collect();
    sent.extend([
        ("accept-encoding", "gzip"),
        ("x-forwarded-for", caller),
        ("x-forwarded-host", "api.example.com"),
        ("x-forwarded-method", "POST"),
        ("x-forwarded-port", "443"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-server", "traefik"),
        ("x-forwarded-uri", target),
    ]);
    let (_, path) = setting(TRAEFIK, "address")
        .split_once("127.0.0.1:3000")
        .expect("an address");
    gate.send("GET", path, &sent).await
}

#[tokio::test]
async fn traefik_describes_the_original_request_in_headers() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let mut gate = Connection::to(serve(&server).await).await;
    let key = server.key(&owner, "invoice:read", "203.0.113.9").await;
    let id = key.id.to_string();
    let lines = [
        ("x-client-key", id.as_str()),
        ("x-client-secret", &key.secret),
        ("x-request-id", "the-clients"),
        ("x-forwarded-for", "203.0.113.9"),
        ("user-agent", "curl/8.14"),
    ];
    let target = "/invoices/17?key=1";
    let passed = traefik_request(&mut gate, "203.0.113.9", target, &lines).await;
    assert_eq!(passed.status, 200, "{}", passed.body);
    assert_eq!(passed.header("x-latchkey-key-id"), id);
    assert_ne!(passed.header("x-request-id"), "the-clients");
    let refused = traefik_request(&mut gate, "198.51.100.2", target, &lines).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    let page = owner.requests(DecisionFilter::default(), None).await;
    for row in page.expect("read").rows {
        assert_eq!(row.route, "POST /invoices/{id}");
    }
    assert_eq!(setting(TRAEFIK, "trustForwardHeader"), "false");
    assert_eq!(setting(TRAEFIK, "X-Client-Secret"), "");
}

#[tokio::test]
async fn the_gate_does_not_answer_preflight_requests() {
    let server = TestServer::with_users().await;
    let mut gate = Connection::to(serve(&server).await).await;
    let lines = [
        ("origin", "https://app.example.com"),
        ("access-control-request-method", "GET"),
        (
            "access-control-request-headers",
            "x-client-key,x-client-secret",
        ),
    ];
    for (path, status) in [
        ("/v1/auth?scope=invoice:read", 401),
        ("/v1/auth/scopes/invoice:read/invoices", 401),
        ("/v1/whoami", 405),
        ("/v1/keys/verify", 405),
    ] {
        let answer = gate.send("OPTIONS", path, &lines).await;
        assert_eq!(answer.status, status, "{path}");
        let mut names = answer.headers.iter().map(|(name, _)| name);
        assert!(
            !names.any(|name| name.starts_with("access-control-")),
            "{path}"
        );
    }
}
