//! Refusals: what each says, and where it is explained.

use super::{ask, assert_problem};
use crate::house::{House, PROXY, request};
use domain::time::DAY;
use http::{Method, StatusCode};

#[tokio::test]
async fn a_proven_caller_is_told_what_is_wrong() {
    let house = House::furnished().await;
    let owner = house.owner().await;
    let revoked = house.key(&owner, "invoice:read", "").await;
    owner
        .revoke(revoked.id, String::new())
        .await
        .expect("revoked");
    let inactive = house.key(&owner, "invoice:read", "").await;
    owner.deactivate(inactive.id).await.expect("deactivated");
    let elsewhere = house.key(&owner, "invoice:read", "192.0.2.0/24").await;
    let narrow = house.key(&owner, "invoice:read", "").await;
    let path = "/v1/auth?scope=invoice:read&scope=invoice:create";
    for (key, status, code) in [
        (&revoked, 401, "key_revoked"),
        (&inactive, 401, "key_inactive"),
        (&elsewhere, 403, "ip_not_allowed"),
        (&narrow, 403, "insufficient_scope"),
    ] {
        let answer = ask(&house, path, key, &[]).await;
        assert_problem(&answer, status, code);
        assert_eq!(
            answer.json()["required_scopes"],
            serde_json::json!(["invoice:read", "invoice:create"])
        );
    }
    house.clock.advance(90 * DAY);
    let late = ask(&house, path, &narrow, &[]).await;
    assert_problem(&late, 401, "key_expired");
}

#[tokio::test]
async fn every_problems_type_is_a_page() {
    let house = House::new().await;
    for code in server::gate::problem::Code::ALL {
        let page = house
            .get(&format!("/problems/{}", code.as_str()), &[])
            .await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains(code.title()) && page.body.contains(code.as_str()));
    }
    assert_eq!(
        house.get("/problems/x", &[]).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn the_gate_answers_in_its_own_words_where_there_is_nothing() {
    let house = House::new().await;
    assert_problem(&house.get("/v1/nothing", &[]).await, 404, "not_found");
    let posted = house
        .send(request(Method::POST, "/v1/whoami", &[], ""))
        .await;
    assert_problem(&posted, 405, "method_not_allowed");
    assert!(posted.header("allow").contains("GET"));
}

#[tokio::test]
async fn only_a_trusted_proxy_names_requests() {
    let house = House::furnished().await;
    let named = |peer: &'static str, id: &'static str| {
        let lines = [("peer", peer), ("x-request-id", id)];
        let request = request(Method::GET, "/api/v0/health/public", &lines, "");
        house.send(request)
    };
    assert_eq!(named(PROXY, "abc-1").await.header("x-request-id"), "abc-1");
    assert_ne!(named(PROXY, "a b").await.header("x-request-id"), "a b");
    let stranger = named("198.51.100.2", "abc-1").await;
    assert_ne!(stranger.header("x-request-id"), "abc-1");
}
