//! Protection against cross-site request forgery (CSRF), which Leptos leaves to the server.

use crate::{AppState, request};
use app::{context::Site, error::AppError};
use axum::{
    Json,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, Method, StatusCode, header};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses requests with unsafe methods that were not sent by a page of this server.
pub async fn require(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let site = request.extensions().get::<Site>();
    let origin = site.map_or(state.public_url.origin(), |site| &*site.origin);
    if is_allowed(request.method(), request.headers(), origin) {
        return next.run(request).await;
    }
    tracing::info!(
        reference = &*request::request_id(request.extensions()),
        "a cross-site request was rejected"
    );
    (StatusCode::FORBIDDEN, Json(AppError::Forbidden)).into_response()
}

/// Whether a request is safe or same-origin. `Sec-Fetch-Site` decides where the browser sends it (with https and on
/// localhost), else `Origin`. A browser sends one of the two with every post, so a request with neither is refused.
fn is_allowed(method: &Method, headers: &HeaderMap, own_origin: &str) -> bool {
    if method.is_safe() {
        return true;
    }
    if let Some(allowed) = is_from(headers, &["same-origin", "none"]) {
        return allowed;
    }
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let (Some(origin), None) = (origins.next(), origins.next()) else {
        return false;
    };
    origin
        .as_bytes()
        .eq_ignore_ascii_case(own_origin.as_bytes())
}

/// Whether a request to a page, a visit, was not caused by another site. A browser without `Sec-Fetch-Site` has to name a page of
/// this server in `Referer`. With `typed`, an address that a person has entered or bookmarked is allowed too.
pub fn is_own_visit(headers: &HeaderMap, own_origin: &str, typed: bool) -> bool {
    let allowed: &[&str] = if typed {
        &["same-origin", "none"]
    } else {
        &["same-origin"]
    };
    is_from(headers, allowed).unwrap_or_else(|| {
        headers
            .get(header::REFERER)
            .and_then(|referer| referer.to_str().ok())
            .and_then(|referer| referer.strip_prefix(own_origin))
            .is_some_and(|path| path.starts_with('/'))
    })
}

/// Whether all values of `Sec-Fetch-Site` are allowed; `None` if the browser does not send it.
fn is_from(headers: &HeaderMap, allowed: &[&str]) -> Option<bool> {
    let mut sites = headers.get_all(SEC_FETCH_SITE).iter().peekable();
    sites.peek()?;
    Some(sites.all(|site| allowed.iter().any(|one| site == *one)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    const OURS: &str = "https://keys.example.com";

    fn passes(method: &Method, lines: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("10.0.0.5:3000"));
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_static(value));
        }
        is_allowed(method, &headers, OURS)
    }

    #[test]
    fn only_pages_of_the_same_origin_may_post() {
        const SITE: &str = "sec-fetch-site";
        const ORIGIN: &str = "origin";
        let evil = "https://evil.example";
        let table: &[(&[(&'static str, &'static str)], bool)] = &[
            (&[(SITE, "same-origin")], true),
            (&[(SITE, "none")], true),
            (&[(SITE, "same-origin"), (ORIGIN, OURS)], true),
            (&[(SITE, "same-site")], false),
            (&[(SITE, "cross-site")], false),
            (&[(SITE, "cross-site"), (ORIGIN, OURS)], false),
            (&[(SITE, "same-origin"), (SITE, "cross-site")], false),
            (&[(SITE, "")], false),
            (&[(SITE, "SAME-ORIGIN")], false),
            (&[(ORIGIN, OURS)], true),
            (&[(ORIGIN, "HTTPS://KEYS.EXAMPLE.COM")], true),
            // `Host` does not count.
            (&[(ORIGIN, "http://10.0.0.5:3000")], false),
            (&[(ORIGIN, "https://10.0.0.5:3000")], false),
            (&[(ORIGIN, "https://keys.example.com:8443")], false),
            (&[(ORIGIN, "http://10.0.0.5:3001")], false),
            (&[(ORIGIN, "http://10.0.0.5")], false),
            (&[(ORIGIN, "http://keys.example.com")], false),
            (&[(ORIGIN, "https://keys.example.com.evil.example")], false),
            (&[(ORIGIN, evil)], false),
            (&[(ORIGIN, "null")], false),
            (&[(ORIGIN, "")], false),
            (&[(ORIGIN, "https://")], false),
            (&[(ORIGIN, OURS), (ORIGIN, evil)], false),
            (&[], false),
        ];
        for (lines, expected) in table {
            for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
                assert_eq!(passes(&method, lines), *expected, "{method} {lines:?}");
            }
        }
    }

    #[test]
    fn safe_methods_need_no_origin() {
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            assert!(passes(&method, &[("sec-fetch-site", "cross-site")]));
        }
    }
}
