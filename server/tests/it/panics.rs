//! Panics in handlers.

use axum::{Router, response::IntoResponse, routing::get};
use http::Method;
use server::{
    openapi::ImmediateHandler,
    request::{RequestService, after_panic},
    router::endpoints,
};
use test_server::{TestServer, request};
use tower::ServiceExt;
use tower_http::catch_panic::CatchPanicLayer;

#[tokio::test]
async fn after_a_panic_the_response_has_a_reference_and_the_next_request_is_served() {
    let mut server = TestServer::new().await;
    let router = Router::new()
        .route("/page", get(|| async { broken() }))
        .route("/api/function", get(|| async { broken() }))
        .layer(CatchPanicLayer::custom(after_panic))
        .fallback(|| async { "alive" });
    server.router = RequestService::new(server.state.clone(), Vec::new(), router);
    for path in ["/page", "/api/function"] {
        let answer = server.send(request(Method::GET, path, &[], "")).await;
        assert_eq!(answer.status.as_u16(), 500);
        let reference = answer.header("x-request-id");
        assert!(!reference.is_empty() && answer.body.contains(reference));
        assert!(!answer.body.contains("hush"), "{}", answer.body);
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    let function = server.get("/api/function", &[]).await;
    assert_eq!(
        function.json()["Unexpected"],
        function.header("x-request-id")
    );
    assert_eq!(server.get("/next", &[]).await.body, "alive");
}

#[tokio::test]
async fn a_panic_in_an_immediate_handler_is_a_response_too() {
    let server = TestServer::new().await;
    let panics: ImmediateHandler<_> = |_, _| broken().into_response();
    let immediate = endpoints().iter().map(|_| Some(panics)).collect();
    let router = Router::new().fallback(|| async { "alive" });
    let service = RequestService::new(server.state.clone(), immediate, router);
    for (path, status) in [("/v1/auth", 500), ("/next", 200), ("/v1/auth", 500)] {
        let response = service.clone().oneshot(request(Method::GET, path, &[], ""));
        let response = response.await.expect("infallible");
        assert_eq!(response.status().as_u16(), status, "{path}");
        assert!(response.headers().contains_key("x-request-id"));
    }
}

fn broken() -> &'static str {
    std::panic::panic_any("hush: a secret thought")
}
