//! `/v1/auth`.

use super::{assert_problem, call_gate};
use http::{Method, StatusCode};
use test_server::{TestServer, request};

#[tokio::test]
async fn forward_auth_takes_any_method() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let key = server.key(&owner, "invoice:read invoice:create", "").await;
    let id = key.id.to_string();
    for method in [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND",
    ] {
        let lines = [
            ("x-client-key", id.as_str()),
            ("x-client-secret", key.secret.as_str()),
        ];
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let path = "/v1/auth?scope=invoice:read";
        let answer = server.send(request(method.clone(), path, &lines, "")).await;
        assert_eq!(answer.status, StatusCode::OK, "{method}");
        assert_eq!(answer.header("x-latchkey-key-id"), id);
        let app = owner.application();
        assert_eq!(
            answer.header("x-latchkey-application-id"),
            app.id.to_string()
        );
        assert_eq!(
            answer.header("x-latchkey-account-id"),
            app.account_id.to_string()
        );
        assert_eq!(
            answer.header("x-latchkey-scopes"),
            "invoice:read invoice:create"
        );
        assert_eq!(answer.body, "");
    }
    let unknown = call_gate(&server, "/v1/auth?scope=invoice:fly", &key, &[]).await;
    assert_problem(&unknown, 400, "unknown_scope");
}

#[tokio::test]
async fn credentials_are_checked_before_required_scopes() {
    let server = TestServer::with_users().await;
    let key = server.key(&server.owner().await, "invoice:read", "").await;
    let in_query = format!("/v1/auth?scope={}", key.secret);
    for lines in [&[] as &[(&str, &str)], &[("x-client-key", "x")]] {
        let answer = server.get(&in_query, lines).await;
        assert_problem(&answer, 400, "credentials_in_query");
        assert!(!answer.body.contains(&key.secret));
        let answer = server.get("/v1/auth?scope=invoice:fly", lines).await;
        assert_problem(&answer, 401, "missing_credentials");
    }
    let in_query = call_gate(&server, &in_query, &key, &[]).await;
    assert_problem(&in_query, 400, "credentials_in_query");
    let doubled = [("x-client-key", "x")];
    let doubled = call_gate(&server, "/v1/auth?scope=invoice:fly", &key, &doubled).await;
    assert_problem(&doubled, 400, "ambiguous_credentials");
}

#[tokio::test]
async fn scopes_in_a_path_work_like_those_in_a_query() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
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
        // An empty list of scopes, followed by a path.
        ("/invoices", 400, "unknown_scope"),
    ] {
        let path = format!("/v1/auth/scopes/{scopes}");
        let answer = call_gate(&server, &path, &key, &[]).await;
        assert_eq!(answer.status.as_u16(), status, "{scopes}: {}", answer.body);
        assert!(answer.body.contains(code), "{scopes}: {}", answer.body);
    }
}

#[tokio::test]
async fn what_follows_the_scopes_in_a_path_does_not_change_them() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let key = server.key(&owner, "invoice:read", "").await;
    let narrow = server.key(&owner, "customer:read", "").await;
    for rest in [
        "/",
        "/invoices?key=1&secret=2&api_key=3",
        "/invoices?scope=tax:read&scope=nonsense",
        "/invoices?scope=customer:read",
        "/v1/auth/scopes/-/x",
        "//invoices?",
        "/../invoices",
        "/invoices%2F17%3Fa",
    ] {
        let path = format!("/v1/auth/scopes/invoice:read{rest}");
        let passed = call_gate(&server, &path, &key, &[]).await;
        assert_eq!(passed.status, StatusCode::OK, "{rest}: {}", passed.body);
        assert_eq!(passed.header("x-latchkey-scopes"), "invoice:read");
        let refused = call_gate(&server, &path, &narrow, &[]).await;
        assert_problem(&refused, 403, "insufficient_scope");
    }
}

#[tokio::test]
async fn the_gate_does_not_answer_preflight_requests() {
    let server = TestServer::with_users().await;
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
        let answer = server
            .send(request(Method::OPTIONS, path, &lines, ""))
            .await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        let mut names = answer.headers.keys();
        assert!(
            !names.any(|name| name.as_str().starts_with("access-control-")),
            "{path}"
        );
    }
}
