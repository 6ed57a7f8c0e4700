//! What a key does with itself: `GET /v1/whoami`, `DELETE /v1/keys/current`.

use super::{ask, assert_problem, pair};
use crate::house::{House, request};
use http::{Method, StatusCode};

#[tokio::test]
async fn a_key_describes_itself() {
    let house = House::furnished().await;
    let owner = house.owner().await;
    let key = house.key(&owner, "invoice:read health:read", "").await;
    let answer = ask(&house, "/v1/whoami", &key, &[]).await;
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
async fn a_key_revokes_itself_and_its_owner_reads_who_did() {
    let house = House::furnished().await;
    let owner = house.owner().await;
    let key = house.key(&owner, "invoice:read", "").await;
    let pair = pair(&key);
    let lines: Vec<(&str, &str)> = pair.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let delete = || house.send(request(Method::DELETE, "/v1/keys/current", &lines, ""));
    assert_eq!(delete().await.status, StatusCode::NO_CONTENT);
    assert_problem(&delete().await, 401, "key_revoked");
    let answer = ask(&house, "/v1/whoami", &key, &[]).await;
    assert_problem(&answer, 401, "key_revoked");
    let history = owner.open_key(key.id).await.expect("the key").history().await.expect("a history");
    assert_eq!(history[0].actor, key.id.to_string());
    assert_problem(
        &ask(&house, "/v1/keys/current", &key, &[]).await,
        405,
        "method_not_allowed",
    );
}
