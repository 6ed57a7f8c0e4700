//! The recipes of proxies that Debian does not have: the gate is sent what the proxy sends with the file of docs/proxies.

use super::{
    connection::{Answer, Connection},
    serve,
};
use crate::house::House;
use domain::{
    decision::DecisionFilter,
    key::issued::IssuedKey,
    security::{EventFilter, Kind},
};

const ENVOY: &str = include_str!("../../../../docs/proxies/envoy.yaml");
const TRAEFIK: &str = include_str!("../../../../docs/proxies/traefik.yaml");

/// What stands behind the name in the recipe.
fn setting<'a>(recipe: &'a str, name: &str) -> &'a str {
    let mut found = recipe
        .lines()
        .filter_map(|line| line.trim().strip_prefix(name)?.strip_prefix(": "));
    let value = found.next().unwrap_or_else(|| panic!("no {name}"));
    assert_eq!(found.next(), None, "{name} is there twice");
    value.trim_matches('"')
}

/// `GET target` as Envoy's `ext_authz` asks about it: its own path, with the request's path and query behind; the headers
/// that the recipe lets through; and what Envoy adds itself: its own address to `X-Forwarded-For`, and its names.
async fn by_envoy(
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

/// A call with a key that comes through Envoy: it has written the caller's address behind what the caller wrote, and adds
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
async fn envoy_appends_a_path_and_a_query_that_ask_for_nothing() {
    let house = House::furnished().await;
    let owner = house.owner().await;
    let mut gate = Connection::to(serve(&house).await).await;
    let key = house.key(&owner, "invoice:read", "").await;
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
        let passed = by_envoy(&mut gate, "GET", target, &lines).await;
        assert_eq!(passed.status, 200, "{target}: {}", passed.body);
        assert_eq!(passed.header("x-latchkey-key-id"), id);
        assert_eq!(passed.header("x-latchkey-scopes"), "invoice:read");
    }
    // No call counts as one with credentials in its address.
    assert_eq!(credentials_in_urls(&owner).await, 0);
    let narrow = house.key(&owner, "customer:read", "").await;
    let id = narrow.id.to_string();
    let lines = called(&narrow, &id, "203.0.113.9,127.0.0.1");
    let target = "/invoices?scope=customer:read";
    let refused = by_envoy(&mut gate, "POST", target, &lines).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    let nobody = by_envoy(&mut gate, "GET", "/invoices", &[]).await;
    assert_eq!(nobody.status, 401);
    assert_eq!(
        nobody.header("www-authenticate"),
        r#"ApiKey realm="latchkey""#
    );
}

/// How many calls with credentials in their address were noticed.
async fn credentials_in_urls(owner: &management::Owner) -> usize {
    let filter = EventFilter {
        kind: Some(Kind::InQuery),
        ..EventFilter::default()
    };
    let page = owner.security_events(&filter, None).await;
    page.expect("read").rows.len()
}

#[tokio::test]
async fn behind_envoy_a_key_knows_the_addresses_of_its_callers_and_its_usage_their_paths() {
    let house = House::furnished().await;
    let owner = house.owner().await;
    let mut gate = Connection::to(serve(&house).await).await;
    let key = house.key(&owner, "invoice:read", "203.0.113.9").await;
    let id = key.id.to_string();
    for (forwarded, status) in [
        ("203.0.113.9,127.0.0.1", 200),
        // What the caller wrote stands before what Envoy saw.
        ("203.0.113.9,198.51.100.2,127.0.0.1", 403),
        ("198.51.100.2,203.0.113.9,127.0.0.1", 200),
    ] {
        let lines = called(&key, &id, forwarded);
        let answer = by_envoy(&mut gate, "PUT", "/invoices/17?page=2", &lines).await;
        assert_eq!(answer.status, status, "{forwarded}: {}", answer.body);
    }
    let page = owner.requests(DecisionFilter::default(), None).await;
    let rows = page.expect("read").rows;
    assert_eq!(rows.len(), 3);
    for row in rows {
        assert_eq!(row.route, "PUT /invoices/{id}");
    }
    // The recipe takes the callers' addresses from their sockets, and gives requests names of its own.
    assert_eq!(setting(ENVOY, "use_remote_address"), "true");
    assert_eq!(setting(ENVOY, "preserve_external_request_id"), "false");
    assert_eq!(setting(ENVOY, "failure_mode_allow"), "false");
    assert_eq!(
        setting(ENVOY, "request_headers_to_remove"),
        "[x-client-secret]"
    );
}

#[tokio::test]
async fn scopes_of_a_path_are_as_those_of_a_query() {
    let house = House::furnished().await;
    let owner = house.owner().await;
    let mut gate = Connection::to(serve(&house).await).await;
    let key = house.key(&owner, "invoice:read invoice:create", "").await;
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
    // An empty list of scopes is a mistake, not a wish for none.
    let empty = gate.get("/v1/auth/scopes//invoices", &key).await;
    assert_eq!(empty.status, 400, "{}", empty.body);
}

/// `method target` as Traefik's `forwardAuth` asks about it: by GET at the recipe's address, with the headers that it
/// names, and its own words about the request.
async fn by_traefik(
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
async fn traefik_tells_of_the_request_in_headers() {
    let house = House::furnished().await;
    let owner = house.owner().await;
    let mut gate = Connection::to(serve(&house).await).await;
    let key = house.key(&owner, "invoice:read", "203.0.113.9").await;
    let id = key.id.to_string();
    let lines = [
        ("x-client-key", id.as_str()),
        ("x-client-secret", &key.secret),
        ("x-request-id", "the-clients"),
        ("x-forwarded-for", "203.0.113.9"),
        ("user-agent", "curl/8.14"),
    ];
    let target = "/invoices/17?key=1";
    let passed = by_traefik(&mut gate, "203.0.113.9", target, &lines).await;
    assert_eq!(passed.status, 200, "{}", passed.body);
    assert_eq!(passed.header("x-latchkey-key-id"), id);
    assert_ne!(passed.header("x-request-id"), "the-clients");
    let refused = by_traefik(&mut gate, "198.51.100.2", target, &lines).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    let page = owner.requests(DecisionFilter::default(), None).await;
    for row in page.expect("read").rows {
        assert_eq!(row.route, "POST /invoices/{id}");
    }
    assert_eq!(setting(TRAEFIK, "trustForwardHeader"), "false");
    assert_eq!(setting(TRAEFIK, "X-Client-Secret"), "");
}

#[tokio::test]
async fn the_gate_answers_no_preflight_itself() {
    let house = House::furnished().await;
    let mut gate = Connection::to(serve(&house).await).await;
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
