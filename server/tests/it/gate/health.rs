//! Health checks, and the gate without its database.

use super::{assert_problem, call_gate};
use crate::operation::nodes::pages::join;
use http::StatusCode;
use test_server::TestServer;
use testing::TestDatabase;

#[tokio::test]
async fn health_is_reported_with_and_without_a_key() {
    let server = TestServer::with_users().await;
    let key = server.key(&server.owner().await, "invoice:read", "").await;
    let private = call_gate(&server, "/api/v0/health", &key, &[]).await.json();
    assert_eq!(private["status"], "ok");
    assert_eq!(private["database"], "connected");
    assert_eq!(private["authenticated"], true);
    assert!(private["timestamp"].is_string() && private["version"].is_string());
    assert!(private["message"].is_string());
    let public = server.get("/api/v0/health/public", &[]).await.json();
    let fields: Vec<_> = public.as_object().expect("an object").keys().collect();
    assert_eq!(fields, ["status", "timestamp", "version"]);
    assert_eq!(server.get("/healthz", &[]).await.status, StatusCode::OK);
    assert_eq!(server.get("/readyz", &[]).await.status, StatusCode::OK);
    server.keyring.close().await;
    // The result of a check is cached for a second.
    server.clock.advance(1_000);
    assert_eq!(server.get("/readyz", &[]).await.status.as_u16(), 503);
    let closed = call_gate(&server, "/api/v0/health", &key, &[]).await;
    assert_problem(&closed, 503, "verification_unavailable");
}

#[tokio::test]
async fn without_the_database_keys_are_verified_for_a_time_and_then_refused() {
    let mut patient = TestServer::with_users().await;
    let key = patient
        .key(&patient.owner().await, "invoice:read", "")
        .await;
    patient.state.patience_ms = 300_000;
    patient.router = server::router(patient.state.clone());
    patient.store.close().await;
    patient.clock.advance(300_000);
    let answer = call_gate(&patient, "/v1/whoami", &key, &[]).await;
    assert_eq!(answer.status, StatusCode::OK);
    patient.clock.advance(1);
    let answer = call_gate(&patient, "/v1/whoami", &key, &[]).await;
    assert_problem(&answer, 503, "verification_unavailable");
}

#[tokio::test]
async fn a_database_that_was_moved_away_is_not_ready_and_the_metrics_say_why() {
    let mut server = TestServer::with_users().await;
    server.state.metrics_token = Some("a-token-that-is-long-enough".into());
    server.router = server::router(server.state.clone());
    let bearer = [("authorization", "Bearer a-token-that-is-long-enough")];
    assert_eq!(server.get("/readyz", &[]).await.status, StatusCode::OK);
    let metrics = server.get("/metrics", &bearer).await.body;
    assert!(metrics.contains("latchkey_database_fault{kind=\"moved\"} 0"));

    let path = server.url.strip_prefix("sqlite://").expect("SQLite");
    std::fs::rename(path, format!("{path}.old")).expect("moved");
    // The result of a check is cached for a second.
    assert_eq!(server.get("/readyz", &[]).await.status, StatusCode::OK);
    server.clock.advance(1_000);
    let unready = server.get("/readyz", &[]).await;
    assert_eq!(unready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(unready.body.contains("cannot be written"));
    let metrics = server.get("/metrics", &bearer).await.body;
    assert!(metrics.contains("latchkey_database_fault{kind=\"moved\"} 1"));
}

#[tokio::test]
async fn a_node_without_a_lease_is_not_ready_although_its_database_can_be_written() {
    let Some(database) = TestDatabase::postgres().await else {
        return;
    };
    let mut node = TestServer::with_users_on(database).await;
    node.state.patience_ms = 28_500;
    node.router = server::router(node.state.clone());
    join(&node.keyring, 1).await;
    node.clock.advance(28_500);
    assert_eq!(node.get("/readyz", &[]).await.status, StatusCode::OK);
    node.clock.advance(1);
    let unready = node.get("/readyz", &[]).await;
    assert_eq!(unready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(unready.body.contains("no key is verified"));
    node.keyring.node().renew_lease().await.expect("granted");
    assert_eq!(node.get("/readyz", &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_node_that_neither_renews_its_lease_nor_writes_is_ready_for_a_second_at_most() {
    let Some(database) = TestDatabase::postgres().await else {
        return;
    };
    let node = TestServer::with_users_on(database).await;
    join(&node.keyring, 1).await;
    assert_eq!(node.get("/readyz", &[]).await.status, StatusCode::OK);
    node.store.close().await;
    node.clock.advance(999);
    assert_eq!(node.get("/readyz", &[]).await.status, StatusCode::OK);
    node.clock.advance(1);
    let unready = node.get("/readyz", &[]).await;
    assert_eq!(unready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(unready.body.contains("cannot be written"));
}

#[tokio::test]
async fn a_node_that_renews_its_lease_and_cannot_write_is_ready_for_ten_seconds_at_most() {
    let Some(database) = TestDatabase::postgres().await else {
        return;
    };
    let node = TestServer::with_users_on(database).await;
    join(&node.keyring, 1).await;
    assert_eq!(node.get("/readyz", &[]).await.status, StatusCode::OK);
    // The lease has a connection of its own.
    node.store.close().await;
    for second in 1..=11 {
        node.clock.advance(1_000);
        node.keyring.node().renew_lease().await.expect("granted");
        let ready = node.get("/readyz", &[]).await.status == StatusCode::OK;
        assert_eq!(ready, second < 10, "after {second} s");
    }
}
