//! Tests that every proxy has to pass.

use super::{
    connection::{Answer, Connection},
    listen,
    proxy::{Proxy, find_program},
    serve,
};
use axum::{Router, routing::any};
use domain::{
    decision::DecisionFilter,
    key::{
        Environment, KeyDraft,
        expiry::Expiry,
        ip_rule::IpRules,
        issued::IssuedKey,
        name::{Description, KeyName},
        rate_limit::RateLimit,
        token,
    },
    security::{EventFilter, EventKind},
};
use http::HeaderMap;
use management::{Issue, Owner};
use std::net::{Ipv4Addr, SocketAddr};
use test_server::TestServer;

async fn get(proxy: &impl Proxy, path: &str, key: &IssuedKey) -> Answer {
    Connection::to(proxy.address()).await.get(path, key).await
}

/// A server with its owner, and the proxy in front of it; `None` if its program is not installed.
async fn started<P: Proxy>() -> Option<(TestServer, Owner, P)> {
    let program = find_program(P::NAME)?;
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let proxy = P::start(&program, serve(&server).await, service().await);
    Some((server, owner, proxy))
}

pub async fn forwards_only_authorized_requests<P: Proxy>() {
    let Some((server, owner, proxy)) = started::<P>().await else {
        return;
    };

    let key = server.key(&owner, "invoice:read invoice:create", "").await;
    let id = key.id.to_string();
    let mut lines = vec![
        ("x-client-key", id.as_str()),
        ("x-client-secret", &key.secret),
        ("x-latchkey-account-id", "forged"),
        ("x-latchkey-scopes", "forged"),
    ];
    lines.extend(P::FORGED);
    let mut connection = Connection::to(proxy.address()).await;
    let passed = connection.send("GET", "/invoices?page=2", &lines).await;
    assert_eq!(passed.status, 200, "{}", passed.body);
    let app = owner.application();
    for (name, value) in [
        ("x-latchkey-key-id", id.as_str()),
        ("x-latchkey-application-id", &app.id.to_string()),
        ("x-latchkey-account-id", &app.account_id.to_string()),
        ("x-latchkey-scopes", "invoice:read invoice:create"),
    ] {
        let copied = format!("\"{name}\": \"{value}\"");
        assert!(passed.body.contains(&copied), "{copied}: {}", passed.body);
    }
    assert!(!passed.body.contains("forged") && !passed.body.contains(&key.secret));

    let mut wrong = key.clone();
    wrong.secret = token::format_secret(Environment::Live, &[9; 32]);
    let refused = get(&proxy, "/invoices", &wrong).await;
    P::assert_refusal(&refused, 401, "invalid_credentials");
    let anonymous = connection.send("GET", "/invoices", &[]).await;
    P::assert_refusal(&anonymous, 401, "missing_credentials");
    let twice = [lines[0], lines[1], ("authorization", "Basic eDp5")];
    let twice = connection.send("GET", "/invoices", &twice).await;
    P::assert_refusal(&twice, 400, "ambiguous_credentials");
    let narrow = server.key(&owner, "customer:read", "").await;
    let refused = get(&proxy, "/invoices", &narrow).await;
    P::assert_refusal(&refused, 403, "insufficient_scope");

    let limited = limited(&server, &owner).await;
    let first = get(&proxy, "/invoices", &limited).await;
    assert_eq!(first.status, 200, "{}", first.body);
    P::assert_passed(&first);
    let second = get(&proxy, "/invoices", &limited).await;
    P::assert_refusal(&second, 429, "rate_limited");
    assert_eq!(second.header("retry-after"), "60");

    owner
        .revoke(key.id, "Leaked".into())
        .await
        .expect("revoked");
    let refused = get(&proxy, "/invoices", &key).await;
    P::assert_refusal(&refused, 401, "key_revoked");
    assert_eq!(get(&proxy, P::HIDDEN, &narrow).await.status, 404);
}

pub async fn the_client_address_is_known<P: Proxy>() {
    let Some((server, owner, proxy)) = started::<P>().await else {
        return;
    };
    let key = server.key(&owner, "invoice:read", "127.0.0.2").await;
    let id = key.id.to_string();
    let lines = [
        ("x-client-key", id.as_str()),
        ("x-client-secret", &key.secret),
        ("x-forwarded-for", "127.0.0.2"),
    ];
    let mut attacker = Connection::to(proxy.address()).await;
    let refused = attacker.send("GET", "/invoices", &lines).await;
    P::assert_refusal(&refused, 403, "ip_not_allowed");
    // On Linux every address of 127.0.0.0/8 is a loopback address.
    if cfg!(target_os = "linux") {
        let here = Ipv4Addr::new(127, 0, 0, 2).into();
        let mut caller = Connection::from(here, proxy.address()).await;
        let passed = caller.get("/invoices", &key).await;
        assert_eq!(passed.status, 200, "{}", passed.body);
    }
}

pub async fn the_path_and_query_do_not_change_the_required_scopes<P: Proxy>() {
    let Some((server, owner, proxy)) = started::<P>().await else {
        return;
    };
    let key = server.key(&owner, "invoice:read", "").await;
    let targets = [
        "/invoices",
        "/invoices/17?page=2",
        "/invoices?key=1&secret=2&api_key=3",
        "/invoices?scope=tax:read&scope=nonsense",
        "/invoices?next=%2Fv1%2Fauth%2Fscopes%2F-",
        "/invoices/v1/auth/scopes/-/x",
        "/invoices//x?",
    ];
    for target in targets {
        let passed = get(&proxy, target, &key).await;
        assert_eq!(passed.status, 200, "{target}: {}", passed.body);
    }
    // No call is reported as one with credentials in its query.
    let filter = EventFilter {
        kind: Some(EventKind::InQuery),
        ..EventFilter::default()
    };
    let events = owner.security_events(&filter, None).await.expect("read");
    assert_eq!(events.rows.len(), 0);
    // The gate knows which path was called.
    let calls = owner.requests(DecisionFilter::default(), None).await;
    let calls = calls.expect("read").rows;
    assert_eq!(calls.len(), targets.len());
    assert!(calls.iter().any(|call| call.route == "GET /invoices/{id}"));

    let narrow = server.key(&owner, "customer:read", "").await;
    for target in [
        "/invoices?scope=customer:read",
        "/invoices/../v1/auth/scopes/-",
    ] {
        let refused = get(&proxy, target, &narrow).await;
        assert_ne!(refused.status, 200, "{target}: {}", refused.body);
    }
}

pub async fn a_request_has_one_id_and_preflights_are_answered<P: Proxy>() {
    let Some((server, owner, proxy)) = started::<P>().await else {
        return;
    };
    let key = server.key(&owner, "invoice:read", "").await;
    let id = key.id.to_string();
    let mut connection = Connection::to(proxy.address()).await;
    let lines = [
        ("x-client-key", id.as_str()),
        ("x-client-secret", &key.secret),
        ("x-request-id", "the-clients"),
    ];
    let passed = connection.send("GET", "/invoices", &lines).await;
    assert_eq!(passed.status, 200, "{}", passed.body);
    assert!(!passed.body.contains("the-clients"), "{}", passed.body);
    // The service got the id that the gate has recorded.
    let (_, rest) = passed
        .body
        .split_once("\"x-request-id\": \"")
        .expect("a name");
    let name = rest.split('"').next().unwrap_or_default();
    let viewer: &management::Viewer = &owner;
    assert_eq!(viewer.request(name).await.expect("noted").len(), 1);
    assert!(viewer.request("the-clients").await.is_err());

    let preflight = [
        ("origin", "https://app.example.com"),
        ("access-control-request-method", "GET"),
        ("access-control-request-headers", "x-client-key"),
        ("x-latchkey-key-id", "forged"),
        ("x-client-secret", "forged"),
    ];
    let answered = connection.send("OPTIONS", "/invoices", &preflight).await;
    assert_eq!(answered.status, 200, "{}", answered.body);
    assert!(!answered.body.contains("forged"), "{}", answered.body);
    // Other requests without a key are refused, also other OPTIONS requests.
    for lines in [&[] as &[(&str, &str)], &preflight[..1], &preflight[1..2]] {
        let refused = connection.send("OPTIONS", "/invoices", lines).await;
        P::assert_refusal(&refused, 401, "missing_credentials");
    }
    let refused = connection.send("GET", "/invoices", &preflight).await;
    assert_eq!(refused.status, 401, "{}", refused.body);
}

pub async fn no_request_is_forwarded_while_the_gate_is_down<P: Proxy>() {
    let Some(program) = find_program(P::NAME) else {
        return;
    };
    let server = TestServer::with_users().await;
    let key = server.key(&server.owner().await, "invoice:read", "").await;
    // An address without a listener.
    let (listener, gate) = listen().await;
    drop(listener);
    let proxy = P::start(&program, gate, service().await);
    let refused = get(&proxy, "/invoices", &key).await;
    P::assert_refusal(&refused, 503, "verification_unavailable");
}

/// Serves responses that contain the request's headers.
async fn service() -> SocketAddr {
    let (listener, address) = listen().await;
    let router = Router::new().fallback(any(async |headers: HeaderMap| format!("{headers:?}")));
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// Issues a key with a limit of one call a minute.
async fn limited(server: &TestServer, owner: &Owner) -> IssuedKey {
    let draft = KeyDraft {
        name: KeyName::parse("Limited").expect("a name"),
        description: Description::default(),
        environment: Environment::Live,
        scopes: "invoice:read".parse().expect("a scope"),
        expiry: Expiry::Never,
        ip_rules: IpRules::default(),
        rate_limit: Some(RateLimit {
            requests: 1,
            window_ms: 60_000,
        }),
    };
    let fresh = owner.fresh().expect("signed in a moment ago");
    match fresh
        .issue(draft, server.keyring.new_idempotency_key())
        .await
    {
        Ok(Issue::New(key)) => key,
        other => panic!("no key: {other:?}"),
    }
}

/// Every test of a proxy.
macro_rules! proxy_tests {
    ($proxy:ty: $($test:ident)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                $crate::proof::proxied::$test::<$proxy>().await;
            }
        )*
    };
    ($proxy:ty) => {
        $crate::proof::proxied::proxy_tests! {
            $proxy:
            forwards_only_authorized_requests
            the_client_address_is_known
            a_request_has_one_id_and_preflights_are_answered
            no_request_is_forwarded_while_the_gate_is_down
            the_path_and_query_do_not_change_the_required_scopes
        }
    };
}
pub(super) use proxy_tests;
