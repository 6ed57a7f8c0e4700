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
