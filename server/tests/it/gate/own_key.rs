//! `GET /v1/whoami` and `DELETE /v1/keys/current`.

use super::{assert_problem, call_gate, pair};
use http::{Method, StatusCode};
use test_server::{TestServer, request};

#[tokio::test]
async fn a_key_describes_itself() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let key = server.key(&owner, "invoice:read health:read", "").await;
    let answer = call_gate(&server, "/v1/whoami", &key, &[]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let body = answer.json();
    assert_eq!(body["key_id"], key.id.to_string());
    assert_eq!(body["application_id"], owner.application().id.to_string());
    assert_eq!(
        body["account_id"],
        owner.application().account_id.to_string()
    );
    assert_eq!(body["environment"], "live");
    assert_eq!(
        body["scopes"],
        serde_json::json!(["health:read", "invoice:read"])
    );
    assert_eq!(body["request_id"], answer.header("x-request-id"));
    assert!(!answer.body.contains(&key.secret));
}

#[tokio::test]
async fn a_key_revokes_itself_and_the_audit_log_names_it() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let key = server.key(&owner, "invoice:read", "").await;
    let pair = pair(&key);
    let lines: Vec<(&str, &str)> = pair.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let delete = || server.send(request(Method::DELETE, "/v1/keys/current", &lines, ""));
    assert_eq!(delete().await.status, StatusCode::NO_CONTENT);
    assert_problem(&delete().await, 401, "key_revoked");
    let answer = call_gate(&server, "/v1/whoami", &key, &[]).await;
    assert_problem(&answer, 401, "key_revoked");
    let history = owner
        .open_key(key.id)
        .await
        .expect("the key")
        .history()
        .await
        .expect("a history");
    assert_eq!(history[0].actor, key.id.to_string());
    assert_problem(
        &call_gate(&server, "/v1/keys/current", &key, &[]).await,
        405,
        "method_not_allowed",
    );
}
