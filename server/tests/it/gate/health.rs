//! Health, and what holds while the database is silent.

use super::{ask, assert_problem};
use crate::house::House;
use http::StatusCode;

#[tokio::test]
async fn health_is_told_with_and_without_a_key() {
    let house = House::furnished().await;
    let key = house.key(&house.owner().await, "invoice:read", "").await;
    let private = ask(&house, "/api/v0/health", &key, &[]).await.json();
    assert_eq!(private["status"], "ok");
    assert_eq!(private["database"], "connected");
    assert_eq!(private["authenticated"], true);
    assert!(private["timestamp"].is_string() && private["version"].is_string());
    assert!(private["message"].is_string());
    let public = house.get("/api/v0/health/public", &[]).await.json();
    let fields: Vec<_> = public.as_object().expect("an object").keys().collect();
    assert_eq!(fields, ["status", "timestamp", "version"]);
    assert_eq!(house.get("/healthz", &[]).await.status, StatusCode::OK);
    assert_eq!(house.get("/readyz", &[]).await.status, StatusCode::OK);
    house.keyring.close().await;
    // One probe's result stands for a second.
    house.clock.advance(1_000);
    assert_eq!(house.get("/readyz", &[]).await.status.as_u16(), 503);
    let closed = ask(&house, "/api/v0/health", &key, &[]).await;
    assert_problem(&closed, 503, "verification_unavailable");
}

#[tokio::test]
async fn while_the_database_is_silent_keys_are_verified_for_a_time_and_then_refused() {
    let mut patient = House::furnished().await;
    let key = patient
        .key(&patient.owner().await, "invoice:read", "")
        .await;
    patient.state.patience_ms = 300_000;
    patient.router = server::router(patient.state.clone());
    patient.keyring.close().await;
    patient.clock.advance(300_000);
    let answer = ask(&patient, "/v1/whoami", &key, &[]).await;
    assert_eq!(answer.status, StatusCode::OK);
    patient.clock.advance(1);
    let answer = ask(&patient, "/v1/whoami", &key, &[]).await;
    assert_problem(&answer, 503, "verification_unavailable");
}

#[tokio::test]
async fn a_database_that_was_moved_away_is_not_ready_and_the_metrics_say_why() {
    let mut house = House::furnished().await;
    house.state.metrics_token = Some("a-token-that-is-long-enough".into());
    house.router = server::router(house.state.clone());
    let bearer = [("authorization", "Bearer a-token-that-is-long-enough")];
    assert_eq!(house.get("/readyz", &[]).await.status, StatusCode::OK);
    let metrics = house.get("/metrics", &bearer).await.body;
    assert!(metrics.contains("latchkey_database_fault{kind=\"moved\"} 0"));

    let path = house.url.strip_prefix("sqlite://").expect("SQLite");
    std::fs::rename(path, format!("{path}.old")).expect("moved");
    // One probe's result stands for a second.
    assert_eq!(house.get("/readyz", &[]).await.status, StatusCode::OK);
    house.clock.advance(1_000);
    let unready = house.get("/readyz", &[]).await;
    assert_eq!(unready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(unready.body.contains("cannot be written"));
    let metrics = house.get("/metrics", &bearer).await.body;
    assert!(metrics.contains("latchkey_database_fault{kind=\"moved\"} 1"));
}
