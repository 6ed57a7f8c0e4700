//! The context of a dashboard request: the session token, read from the session cookie, and origin and site. The token is
//! verified when a page needs the session.

use crate::{AppState, request};
use app::context::{PageZone, cookies};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};

/// Reads the session cookie, and adds session token, origin and site to the request's extensions. A request for another host name is refused, because
/// links and cookies of the pages would belong to that name.
pub async fn add_request_context(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let host = request.headers().get(header::HOST);
    let host = host.map(|host| host.to_str().unwrap_or_default());
    let Some(site) = state.public_url.site(host) else {
        tracing::warn!(
            reference = &*request::request_id(request.extensions()),
            host = host.unwrap_or_default(),
            "a page was requested under a host name other than that of LATCHKEY_PUBLIC_URL"
        );
        return misdirected(state.public_url.origin());
    };
    let token = cookies::session_token(&site, request.headers());
    let origin = request::origin(&request);
    let extensions = request.extensions_mut();
    extensions.insert(origin);
    extensions.insert(site);
    extensions.insert(PageZone::default());
    if let Some(token) = token {
        extensions.insert(token);
    }
    next.run(request).await
}

/// RFC 9110, 15.5.20.
fn misdirected(origin: &str) -> Response {
    let sentence = format!(
        "This dashboard is at {origin}. If you run it, and reach it by another name, set LATCHKEY_PUBLIC_URL to that, and \
         let your proxy pass the Host header on.\n"
    );
    (StatusCode::MISDIRECTED_REQUEST, sentence).into_response()
}
