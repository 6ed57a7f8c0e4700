//! A bare axum server, which shows the cost of HTTP alone: it serves the bytes of one file at `/`, and responds at `/v1/auth` to
//! requests with credentials with the headers of a successful response of the gate. `cargo xtask bench` measures it in the
//! same run as the gate.

use axum::{
    Router,
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::{any, get},
};
use std::error::Error;

const ID: &str = "00000000-0000-0000-0000-000000000000";
const SCOPES: &str = "invoice:read payment-intent:create payment-intent:read";

// The server's own, so that the two differ in what they do alone.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(file)) = (arguments.next(), arguments.next()) else {
        return Err("usage: yardstick ADDRESS FILE".into());
    };
    let page: &'static str = std::fs::read_to_string(file)?.leak();
    let router = Router::new()
        .route("/", get(async move || Html(page)))
        .route(
            "/v1/auth",
            any(async move |headers: HeaderMap| auth(&headers)),
        );
    let listener = tokio::net::TcpListener::bind(address).await?;
    axum::serve(listener, router).await?;
    Ok(())
}

/// The headers of the gate's answer, with the same text each time.
fn auth(headers: &HeaderMap) -> Response {
    let presented = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if presented("x-client-key").is_none() || presented("x-client-secret").is_none() {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let names = [
        ("x-latchkey-key-id", "akl_0000000000000000"),
        ("x-latchkey-application-id", ID),
        ("x-latchkey-account-id", ID),
        ("x-latchkey-scopes", SCOPES),
        ("x-request-id", "00000000000000000000000000000000"),
        (header::X_CONTENT_TYPE_OPTIONS.as_str(), "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        (header::CACHE_CONTROL.as_str(), "no-store"),
    ];
    names.into_response()
}
