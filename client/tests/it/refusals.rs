//! The layer's responses equal the gate's.

use crate::harness::{Harness, call, invoices};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::key::{
    Environment,
    issued::IssuedKey,
    name::KeyName,
    rate_limit::RateLimit,
    token::{self, KeyId},
};
use test_server::{Answer, PEER};

/// The headers to compare.
const HEADERS: [&str; 6] = [
    "content-type",
    "cache-control",
    "www-authenticate",
    "retry-after",
    "ratelimit",
    "ratelimit-policy",
];

fn same(ours: &Answer, gates: &Answer) {
    assert_eq!(ours.status, gates.status, "{}", ours.body);
    for name in HEADERS {
        assert_eq!(ours.header(name), gates.header(name), "{name}");
    }
    let (mut ours_body, mut gates_body) = (ours.json(), gates.json());
    assert_eq!(ours_body["request_id"], ours.header("x-request-id"));
    assert_eq!(ours.header("x-request-id").len(), 32);
    for body in [&mut ours_body, &mut gates_body] {
        body["request_id"] = serde_json::Value::Null;
    }
    assert_eq!(ours_body, gates_body);
}

/// Calls the service and the gate with the same headers and compares the responses.
async fn compare(harness: &Harness, lines: &[(&str, &str)], query: &str) -> (u16, String) {
    let service = harness.without_cache();
    let ours = call(&service, &format!("/invoices{query}"), lines).await;
    let joint = if query.is_empty() { "?" } else { "&" };
    let path = format!("/v1/auth{query}{joint}scope=invoice:read");
    let gates = harness.server.get(&path, lines).await;
    same(&ours, &gates);
    (
        ours.status.as_u16(),
        ours.json()["code"].as_str().unwrap_or_default().to_owned(),
    )
}

fn wrong(key: KeyId) -> IssuedKey {
    IssuedKey {
        id: key,
        name: KeyName::parse("Wrong").expect("a name"),
        secret: token::format_secret(Environment::Live, &[9; 32]),
        environment: Environment::Live,
    }
}

#[tokio::test]
async fn the_service_receives_the_caller_but_not_the_secret() {
    let harness = Harness::new().await;
    let service = harness.without_cache();
    let key = harness
        .server
        .key(&harness.owner, "invoice:read invoice:create", PEER)
        .await;
    let id = key.id.to_string();
    let pair = [
        ("x-client-key", id.as_str()),
        ("x-client-secret", &key.secret),
        ("authorization", "Bearer mine"),
    ];
    let answer = call(&service, "/invoices?page=2", &pair).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let app = harness.owner.application();
    for text in [
        id.as_str(),
        &format!("{:?}", app.id),
        &format!("{:?}", app.account_id),
        "Live",
        "Bearer mine",
    ] {
        assert!(answer.body.contains(text), "{text}: {}", answer.body);
    }
    assert!(!answer.body.contains(&key.secret));

    let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{}", key.secret)));
    let answer = call(&service, "/any", &[("authorization", &basic)]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(
        !answer.body.to_lowercase().contains("basic"),
        "{}",
        answer.body
    );
    assert_eq!(harness.calls(), 2);
}

#[tokio::test]
async fn a_refusal_equals_the_gates() {
    let harness = Harness::new().await;
    let (server, owner) = (&harness.server, &harness.owner);
    let good = server.key(owner, "invoice:read", "").await;
    let narrow = server.key(owner, "customer:read", "").await;
    let elsewhere = server.key(owner, "invoice:read", "203.0.113.0/24").await;
    let off = server.key(owner, "invoice:read", "").await;
    owner.deactivate(off.id).await.expect("switched off");
    let revoked = server.key(owner, "invoice:read", "").await;
    owner
        .revoke(revoked.id, "Test".into())
        .await
        .expect("revoked");
    let wrong_secret = wrong(good.id);
    let unknown = wrong(KeyId::from_number(Environment::Live, 42));
    for (key, status, code) in [
        (&wrong_secret, 401, "invalid_credentials"),
        (&unknown, 401, "invalid_credentials"),
        (&narrow, 403, "insufficient_scope"),
        (&elsewhere, 403, "ip_not_allowed"),
        (&off, 401, "key_inactive"),
        (&revoked, 401, "key_revoked"),
    ] {
        let id = key.id.to_string();
        let pair = [
            ("x-client-key", id.as_str()),
            ("x-client-secret", &key.secret),
        ];
        assert_eq!(
            compare(&harness, &pair, "").await,
            (status, code.to_owned())
        );
    }
    let (id, secret) = (good.id.to_string(), good.secret.as_str());
    let calls = harness.calls();
    for (lines, query, status, code) in [
        (&[] as &[(&str, &str)], "", 401, "missing_credentials"),
        (
            &[("x-client-key", &id), ("authorization", "Basic eDp5")],
            "",
            400,
            "ambiguous_credentials",
        ),
        (
            &[("x-client-key", &id), ("x-client-secret", secret)],
            "?api_key=1",
            400,
            "credentials_in_query",
        ),
        (
            &[("authorization", "Basic !")],
            "",
            401,
            "invalid_credentials",
        ),
    ] {
        assert_eq!(
            compare(&harness, lines, query).await,
            (status, code.to_owned())
        );
    }
    assert_eq!(
        harness.calls(),
        calls,
        "malformed credentials are not sent to the gate"
    );
}

#[tokio::test]
async fn a_rate_limit_is_reported_in_headers_and_never_cached() {
    let harness = Harness::new().await;
    let limit = RateLimit {
        requests: 2,
        window_ms: 60_000,
    };
    let key = harness.issue("90", Some(limit)).await;
    let service = harness.with_cache();
    let id = key.id.to_string();
    let pair = [
        ("x-client-key", id.as_str()),
        ("x-client-secret", &key.secret),
    ];
    for left in ["\"key\";r=1;t=30", "\"key\";r=0;t=60"] {
        let answer = call(&service, "/invoices", &pair).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.header("ratelimit"), left);
        assert_eq!(answer.header("ratelimit-policy"), "\"key\";q=2;w=60");
    }
    assert_eq!(harness.calls(), 2);
    let (status, code) = compare(&harness, &pair, "").await;
    assert_eq!((status, code.as_str()), (429, "rate_limited"));
}

#[tokio::test]
async fn throttled_wrong_secrets_have_retry_after() {
    let harness = Harness::new().await;
    let service = harness.without_cache();
    let key = wrong(KeyId::from_number(Environment::Live, 42));
    for _ in 0..20 {
        assert_eq!(invoices(&service, &key).await, 401);
    }
    let id = key.id.to_string();
    let pair = [
        ("x-client-key", id.as_str()),
        ("x-client-secret", &key.secret),
    ];
    let answer = call(&service, "/invoices", &pair).await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.json()["code"], "rate_limited");
    assert_eq!(answer.header("retry-after"), "60");
}

#[tokio::test]
async fn a_revoked_key_is_refused_on_the_next_call() {
    let harness = Harness::new().await;
    let service = harness.without_cache();
    let key = harness.server.key(&harness.owner, "invoice:read", "").await;
    assert_eq!(invoices(&service, &key).await, 200);
    harness
        .owner
        .revoke(key.id, "Leaked".into())
        .await
        .expect("revoked");
    assert_eq!(invoices(&service, &key).await, 401);
    assert_eq!(harness.calls(), 2);
}
