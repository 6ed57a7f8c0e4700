//! Security headers of all responses of the dashboard.

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderName, HeaderValue, header};
use leptos::nonce::Nonce;

const SECURITY_POLICY: [(HeaderName, &str); 3] = [
    // `no-referrer` would hide the page of a plain form from `return_path`.
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), \
         payment=(), usb=(), clipboard-write=(self), publickey-credentials-create=(self), \
         publickey-credentials-get=(self)",
    ),
    (header::X_FRAME_OPTIONS, "DENY"),
];

/// Pages whose path holds a secret token: an invitation, a password reset. `Referer` never contains them. (`no-referrer`
/// would also remove `Origin` from the page's form.)
const TOKEN_PATHS: [&str; 2] = ["/invite/", "/reset/"];
const TOKEN_PATH_POLICY: HeaderValue = HeaderValue::from_static("strict-origin");

/// Generates the nonce of the response's scripts, and sets the headers.
pub async fn protect(mut request: Request, next: Next) -> Response {
    let nonce = Nonce::new();
    let policy = policy(&nonce);
    let path = request.uri().path();
    let has_token = TOKEN_PATHS.iter().any(|prefix| path.starts_with(prefix));
    request.extensions_mut().insert(nonce);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in SECURITY_POLICY {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if has_token {
        headers.insert(header::REFERRER_POLICY, TOKEN_PATH_POLICY);
    }
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; font-src 'self'; \
         img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; \
         frame-ancestors 'none'; manifest-src 'self'"
    )
}
