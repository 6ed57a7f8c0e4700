//! `POST /v1/usage`.

use super::{assert_problem, pair};
use domain::{
    key::issued::IssuedKey,
    time::{DAY, HOUR, MINUTE, Timestamp},
    usage::{Level, reported::ReportedCalls},
};
use http::Method;
use serde_json::json;
use store::{BucketRange, Store};
use test_server::{Answer, FOREIGNER, TestServer, request};

async fn report(server: &TestServer, service: &IssuedKey, id: Option<&str>, body: &str) -> Answer {
    let pair = pair(service);
    let mut lines: Vec<(&str, &str)> = pair.iter().map(|(n, v)| (*n, v.as_str())).collect();
    lines.push(("content-type", "application/json"));
    lines.extend(id.map(|id| ("idempotency-key", id)));
    server
        .send(request(Method::POST, "/v1/usage", &lines, body))
        .await
}

/// Returns the reported usage of a key by day.
async fn reported(server: &TestServer, key: &IssuedKey) -> ReportedCalls {
    server
        .keyring
        .telemetry()
        .flush_usage()
        .await
        .expect("written");
    let store = Store::open_to_read(&server.url).await.expect("opens");
    let now = server.keyring.now();
    let days = BucketRange {
        level: Level::Day,
        start: Timestamp(0),
        end: now,
    };
    let stored = store.usage_bars(key.id.into(), days, None).await;
    let reports = stored.expect("read").reports;
    reports
        .into_iter()
        .fold(ReportedCalls::default(), |sum, (_, calls)| sum.plus(calls))
}

#[tokio::test]
async fn a_service_reports_the_outcome_of_calls_with_keys_of_its_account() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let service = server.key(&owner, "key:verify", "").await;
    let key = server.key(&owner, "invoice:read", "").await;
    let foreign_owner = server.owner_of(FOREIGNER).await;
    let foreign = server.key(&foreign_owner, "invoice:read", "").await;
    let now = server.keyring.now();
    let body = json!([
        { "key": key.id.to_string(), "status": 200, "latency_ms": 12 },
        { "key": key.id.to_string(), "status": 404, "latency_ms": 30, "at": now.plus(-HOUR).to_string() },
        { "key": key.id.to_string(), "status": 503, "latency_ms": 9_000, "at": now.plus(HOUR).to_string() },
        { "key": key.id.to_string(), "status": 200, "latency_ms": 1, "at": now.plus(-DAY - 1).to_string() },
        { "key": foreign.id.to_string(), "status": 500, "latency_ms": 1 },
        { "key": "akl_0000000000000000", "status": 500, "latency_ms": 1 },
        { "key": "nonsense", "status": 500, "latency_ms": 1 },
    ]);
    let answer = report(&server, &service, None, &body.to_string()).await;
    assert_eq!(answer.status.as_u16(), 202, "{}", answer.body);
    assert_eq!(
        answer.json(),
        json!({ "accepted": 3, "unknown": 3, "late": 1 })
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    let sum = reported(&server, &key).await;
    assert_eq!((sum.calls, sum.client_errors, sum.server_errors), (3, 1, 1));
    assert_eq!(sum.latency_ms, 9_042);
    assert_eq!(reported(&server, &foreign).await, ReportedCalls::default());
}

#[tokio::test]
async fn a_repeated_report_counts_once_for_each_account() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let service = server.key(&owner, "key:verify", "").await;
    let key = server.key(&owner, "invoice:read", "").await;
    let foreign_owner = server.owner_of(FOREIGNER).await;
    let foreign = server
        .key(&foreign_owner, "key:verify invoice:read", "")
        .await;
    let call = |key: &IssuedKey| {
        json!([{ "key": key.id.to_string(), "status": 500, "latency_ms": 5 }]).to_string()
    };
    let first = report(&server, &service, Some("17"), &call(&key)).await;
    let at_once = report(&server, &service, Some("17"), &call(&key)).await;
    assert_eq!(reported(&server, &key).await.calls, 1);
    let later = report(&server, &service, Some("17"), &call(&key)).await;
    assert_eq!((&first.body, &first.body), (&at_once.body, &later.body));
    let other = report(&server, &foreign, Some("17"), &call(&foreign)).await;
    assert_eq!(other.json()["accepted"], 1);
    report(&server, &service, Some("18"), &call(&key)).await;
    report(&server, &service, None, &call(&key)).await;
    report(&server, &service, None, &call(&key)).await;
    assert_eq!(reported(&server, &key).await.calls, 4);
    assert_eq!(reported(&server, &foreign).await.calls, 1);
}

#[tokio::test]
async fn an_invalid_report_is_refused_and_not_counted() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let service = server.key(&owner, "key:verify", "").await;
    let without = server.key(&owner, "invoice:read", "").await;
    let good = json!({ "key": without.id.to_string(), "status": 200, "latency_ms": 1 });
    let good_too = json!([good]).to_string();
    let refused = report(&server, &without, None, &good_too).await;
    assert_problem(&refused, 403, "insufficient_scope");
    let mut wrong = service.clone();
    wrong.secret = without.secret.clone();
    let refused = report(&server, &wrong, None, &good_too).await;
    assert_problem(&refused, 401, "invalid_credentials");
    let with = |field: &str, value: serde_json::Value| {
        let mut bad = good.clone();
        bad[field] = value;
        json!([good, bad]).to_string()
    };
    for body in [
        String::new(),
        "null".into(),
        "[]".into(),
        good.to_string(),
        "[".repeat(10_000),
        json!([[without.id.to_string(), 200, 1, null]]).to_string(),
        with("status", json!(99)),
        with("status", json!(600)),
        with("status", json!("200")),
        with("latency_ms", json!(-1)),
        with("latency_ms", json!(1e30)),
        with("at", json!("yesterday")),
        with("at", json!(17)),
        with("secret", json!("x")),
        json!(vec![&good; 1_001]).to_string(),
    ] {
        let refused = report(&server, &service, None, &body).await;
        assert_problem(&refused, 400, "invalid_request");
    }
    let long = format!("[{}]", " ".repeat(256 * 1024));
    let refused = report(&server, &service, None, &long).await;
    assert_problem(&refused, 413, "body_too_large");
    let endless = "x".repeat(256);
    for id in ["", &endless, "naïve"] {
        let refused = report(&server, &service, Some(id), &good_too).await;
        assert_problem(&refused, 400, "invalid_request");
    }
    assert_eq!(reported(&server, &without).await, ReportedCalls::default());
    let most = json!(vec![&good; 1_000]).to_string();
    let answer = report(&server, &service, None, &most).await;
    assert_eq!(answer.json()["accepted"], 1_000);
    server.clock.advance(MINUTE);
    assert_eq!(reported(&server, &without).await.calls, 1_000);
}
