//! What an answer costs before anything is done for it: a bare axum server that answers the bytes of one file, as a page
//! at `/`; and to whoever presents a pair, the headers of the gate's answer at `/v1/auth`. The benchmark asks it in the same
//! run as the real one (`cargo xtask bench`).

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
