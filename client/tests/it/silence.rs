//! Nobody passes because nobody could be asked.

use crate::{
    bench::{Bench, call, invoices, service},
    test_server::Answer,
};
use axum::Router;
use axum::response::{IntoResponse, Response};
use domain::key::issued::IssuedKey;
use http::{HeaderValue, Request, StatusCode, header};
use http_body_util::Full;
use std::{convert::Infallible, future::pending, net::Ipv4Addr, time::Duration};
use tokio::net::TcpListener;
use tower::service_fn;

type Question = Request<Full<bytes::Bytes>>;

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
async fn a_gate_that_is_down_lets_nobody_pass() {
    let bench = Bench::new().await;
    let key = bench.server.key(&bench.owner, "invoice:read", "").await;
    // An address at which nobody listens any more.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .expect("a port");
    let gate = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let id = bench.service.id.to_string();
    let latchkey = latchkey_client::Latchkey::builder(&gate, &id, bench.service.secret.clone())
        .build()
        .expect("right");
    unavailable(&service(&latchkey), &key).await;
}

#[tokio::test]
async fn a_gate_that_takes_too_long_lets_nobody_pass() {
    let bench = Bench::new().await;
    let key = bench.server.key(&bench.owner, "invoice:read", "").await;
    let slow = service_fn(|_: Question| pending::<Result<Response, Infallible>>());
    let latchkey = bench.builder().build_over(slow).expect("right");
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
async fn what_the_gate_cannot_have_said_lets_nobody_pass() {
    let bench = Bench::new().await;
    let key = bench.server.key(&bench.owner, "invoice:read", "").await;
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
        // About somebody else's key.
        (StatusCode::OK, accepted.to_string()),
        (StatusCode::OK, long),
        (StatusCode::NO_CONTENT, String::new()),
        (StatusCode::FOUND, String::new()),
        (StatusCode::BAD_GATEWAY, "x".into()),
    ] {
        let fake = service_fn(move |_: Question| {
            let answer = (status, body.clone()).into_response();
            async move { Ok::<_, Infallible>(answer) }
        });
        let latchkey = bench.builder().build_over(fake).expect("right");
        unavailable(&service(&latchkey), &key).await;
    }
}

#[tokio::test]
async fn a_service_whose_own_key_is_refused_lets_nobody_pass() {
    let bench = Bench::new().await;
    let key = bench.server.key(&bench.owner, "invoice:read", "").await;
    let service = bench.plain();
    assert_eq!(invoices(&service, &key).await, 200);
    bench
        .owner
        .revoke(bench.service.id, "Leaked".into())
        .await
        .expect("revoked");
    // Not 401: it is not the caller's key that is wrong.
    let answer = unavailable(&service, &key).await;
    assert_eq!(answer.header("www-authenticate"), "");
}

#[tokio::test]
async fn a_service_that_asks_too_often_passes_the_wait_on() {
    let bench = Bench::new().await;
    let key = bench.server.key(&bench.owner, "invoice:read", "").await;
    let busy = service_fn(|_: Question| async {
        let mut answer = (StatusCode::TOO_MANY_REQUESTS, "{}").into_response();
        let wait = HeaderValue::from_static("7");
        answer.headers_mut().insert(header::RETRY_AFTER, wait);
        Ok::<_, Infallible>(answer)
    });
    let latchkey = bench.builder().build_over(busy).expect("right");
    let answer = unavailable(&service(&latchkey), &key).await;
    assert_eq!(answer.header("retry-after"), "7");
}
