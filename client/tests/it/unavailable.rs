//! The layer fails closed if the gate does not answer.

use crate::harness::{Harness, call, invoices, service};
use axum::Router;
use axum::response::{IntoResponse, Response};
use domain::key::issued::IssuedKey;
use http::{HeaderValue, Request, StatusCode, header};
use http_body_util::Full;
use std::{convert::Infallible, future::pending, net::Ipv4Addr, time::Duration};
use test_server::Answer;
use tokio::net::TcpListener;
use tower::service_fn;

type GateRequest = Request<Full<bytes::Bytes>>;

async fn unavailable(service: &Router, key: &IssuedKey) -> Answer {
    let id = key.id.to_string();
    let pair = [
        ("x-client-key", id.as_str()),
        ("x-client-secret", &key.secret),
    ];
    let answer = call(service, "/invoices", &pair).await;
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.json()["code"], "verification_unavailable");
    assert_eq!(answer.json()["required_scopes"][0], "invoice:read");
    assert_eq!(answer.json()["request_id"], answer.header("x-request-id"));
    answer
}

#[tokio::test]
async fn a_gate_that_is_down_refuses_all() {
    let harness = Harness::new().await;
    let key = harness.server.key(&harness.owner, "invoice:read", "").await;
    // An address without a listener.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .expect("a port");
    let gate = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let id = harness.service.id.to_string();
    let latchkey = latchkey_client::Latchkey::builder(&gate, &id, harness.service.secret.clone())
        .build()
        .expect("right");
    unavailable(&service(&latchkey), &key).await;
}

#[tokio::test]
async fn a_gate_that_takes_too_long_refuses_all() {
    let harness = Harness::new().await;
    let key = harness.server.key(&harness.owner, "invoice:read", "").await;
    let slow = service_fn(|_: GateRequest| pending::<Result<Response, Infallible>>());
    let latchkey = harness.builder().build_over(slow).expect("right");
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    unavailable(&service(&latchkey), &key).await;
    let waited = began.elapsed();
    assert!(
        waited >= Duration::from_secs(2) && waited < Duration::from_secs(3),
        "{waited:?}"
    );
}

#[tokio::test]
async fn an_invalid_answer_refuses_all() {
    let harness = Harness::new().await;
    let key = harness.server.key(&harness.owner, "invoice:read", "").await;
    let accepted = serde_json::json!({
        "valid": true, "code": "valid", "key_id": "akl_0000000000000001", "scopes": ["invoice:read"],
        "application_id": "00000000-0000-7000-8000-000000000001",
        "account_id": "00000000-0000-7000-8000-000000000002", "environment": "live", "request_id": "r",
    });
    let long = "x".repeat(65 * 1024);
    for (status, body) in [
        (StatusCode::OK, String::new()),
        (StatusCode::OK, "<html>welcome to the hotel</html>".into()),
        (StatusCode::OK, r#"{"valid":true}"#.into()),
        // About another key.
        (StatusCode::OK, accepted.to_string()),
        (StatusCode::OK, long),
        (StatusCode::NO_CONTENT, String::new()),
        (StatusCode::FOUND, String::new()),
        (StatusCode::BAD_GATEWAY, "x".into()),
    ] {
        let fake = service_fn(move |_: GateRequest| {
            let answer = (status, body.clone()).into_response();
            async move { Ok::<_, Infallible>(answer) }
        });
        let latchkey = harness.builder().build_over(fake).expect("right");
        unavailable(&service(&latchkey), &key).await;
    }
}

#[tokio::test]
async fn a_service_whose_own_key_is_refused_refuses_all() {
    let harness = Harness::new().await;
    let key = harness.server.key(&harness.owner, "invoice:read", "").await;
    let service = harness.without_cache();
    assert_eq!(invoices(&service, &key).await, 200);
    harness
        .owner
        .revoke(harness.service.id, "Leaked".into())
        .await
        .expect("revoked");
    // Not 401, because the caller's key is not the cause.
    let answer = unavailable(&service, &key).await;
    assert_eq!(answer.header("www-authenticate"), "");
}

#[tokio::test]
async fn a_rate_limited_service_passes_retry_after_on() {
    let harness = Harness::new().await;
    let key = harness.server.key(&harness.owner, "invoice:read", "").await;
    let busy = service_fn(|_: GateRequest| async {
        let mut answer = (StatusCode::TOO_MANY_REQUESTS, "{}").into_response();
        let wait = HeaderValue::from_static("7");
        answer.headers_mut().insert(header::RETRY_AFTER, wait);
        Ok::<_, Infallible>(answer)
    });
    let latchkey = harness.builder().build_over(busy).expect("right");
    let answer = unavailable(&service(&latchkey), &key).await;
    assert_eq!(answer.header("retry-after"), "7");
}
