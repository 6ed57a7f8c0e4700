//! What browsers are told about every answer of the dashboard, whatever its status.

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderName, HeaderValue, header};
use leptos::nonce::Nonce;

const FIXED: [(HeaderName, &str); 3] = [
    // `no-referrer` would break the way back after a plain form.
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), \
         payment=(), usb=(), clipboard-write=(self)",
    ),
    (header::X_FRAME_OPTIONS, "DENY"),
];

/// A link of an invitation or one that resets a password is as good as a key until it is used: no `Referer` names it, not even
/// to ourselves. (`no-referrer` would also take the `Origin` from its form.)
const LINKS: [&str; 2] = ["/invite/", "/reset/"];
const OF_LINKS: HeaderValue = HeaderValue::from_static("strict-origin");

/// Makes the nonce that the answer's scripts carry, and sets the headers.
pub async fn protect(mut request: Request, next: Next) -> Response {
    let nonce = Nonce::new();
    let policy = policy(&nonce);
    let path = request.uri().path();
    let link = LINKS.iter().any(|link| path.starts_with(link));
    request.extensions_mut().insert(nonce);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if link {
        headers.insert(header::REFERRER_POLICY, OF_LINKS);
    }
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; \
         frame-ancestors 'none'; manifest-src 'self'"
    )
}
