//! Runs server functions, and makes every form work without JavaScript: the response to a post is the page itself.

mod return_path;

use super::pages;
use crate::{AppState, request};
use app::{
    context::{Site, cookies},
    error::AppError,
    form::SECRET_FIELDS,
    island::navigation::IN_PLACE,
    posted::Posted,
};
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header, request::Parts};
use leptos::{context::provide_context, server_fn::axum::server_fn_paths};
use std::time::Duration;

/// Maximum length of a form.
pub const MAX_FORM_BYTES: usize = 64 * 1024;
/// How long a form may take to arrive.
const TIMEOUT: Duration = Duration::from_secs(15);

/// `POST /api/{function}`: runs a server function.
pub async fn call(State(state): State<AppState>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    if !server_fn_paths().any(|(known, method)| known == path && method == Method::POST) {
        return (StatusCode::NOT_FOUND, "There is no such function.\n").into_response();
    }
    if !is_form(request.headers()) {
        return (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Send application/x-www-form-urlencoded.\n",
        )
            .into_response();
    }
    let (mut parts, body) = request.into_parts();
    let body = match receive(&parts.headers, body).await {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let wants_page = request::wants_html(&parts.headers);
    // Leptos would redirect a browser to the address in `Referer`, with the error in the query. So it gets an address of this
    // server there, and an `Accept` for JSON.
    let site = parts.extensions.get::<Site>();
    let origin = site.map_or(state.public_url.origin(), |site| &*site.origin);
    let back = return_path::path(&body, parts.headers.get(header::REFERER), origin);
    let referer = HeaderValue::from_str(&format!("{origin}{back}"));
    parts.headers.remove(header::REFERER);
    if let Ok(referer) = referer {
        parts.headers.insert(header::REFERER, referer);
    }
    parts
        .headers
        .insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let mut response = run(&state, parts.clone(), body.clone()).await;
    if !wants_page {
        response.headers_mut().remove(cookies::CHANGE);
        return response;
    }
    if let Some(target) = response.headers().get(header::LOCATION).cloned() {
        return go_on(&parts, target, response.headers());
    }
    show(&state, parts, &path, &body, response, back).await
}

/// The result of a function that returns `()`.
const UNIT_RESULT: &[u8] = b"null";

/// `GET /api/…`: redirects to the start page. A browser comes here when the address of a posted form is opened again.
pub async fn not_a_page() -> Redirect {
    Redirect::to("/")
}

async fn receive(headers: &HeaderMap, body: Body) -> Result<Bytes, Response> {
    let too_long = || (StatusCode::PAYLOAD_TOO_LARGE, "Send 64 KiB at most.\n").into_response();
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > MAX_FORM_BYTES) {
        return Err(too_long());
    }
    match tokio::time::timeout(TIMEOUT, to_bytes(body, MAX_FORM_BYTES)).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(_)) => Err(too_long()),
        Err(_) => Err((
            StatusCode::REQUEST_TIMEOUT,
            "The form took too long to arrive.\n",
        )
            .into_response()),
    }
}

async fn run(state: &AppState, parts: Parts, body: Bytes) -> Response {
    let keyring = state.keyring.clone();
    let request = Request::from_parts(parts, Body::from(body));
    leptos_axum::handle_server_fns_with_context(move || provide_context(keyring.clone()), request)
        .await
        .into_response()
}

/// Renders the page of the form with the result. Where the result is `()`, redirects to that page instead, so that a reload
/// does not post again.
async fn show(
    state: &AppState,
    mut parts: Parts,
    endpoint: &str,
    form: &[u8],
    response: Response,
    back: Uri,
) -> Response {
    let reference = request::request_id(&parts.extensions);
    let status = response.status();
    let (head, body) = response.into_parts();
    let outcome = match to_bytes(body, usize::MAX).await {
        Ok(bytes) if status.is_success() && *bytes == *UNIT_RESULT => {
            return match HeaderValue::from_str(&back.to_string()) {
                Ok(back) => go_on(&parts, back, &head.headers),
                Err(_) => Redirect::to("/").into_response(),
            };
        }
        Ok(bytes) if status.is_success() => {
            serde_json::from_slice(&bytes).map_err(|_| AppError::Unexpected(reference.to_string()))
        }
        Ok(bytes) => Err(serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| AppError::Unexpected(reference.to_string()))),
        Err(_) => Err(AppError::Unexpected(reference.to_string())),
    };
    let posted = Posted {
        endpoint: endpoint.to_owned(),
        fields: form_urlencoded::parse(form)
            .filter(|(name, _)| !SECRET_FIELDS.contains(&name.as_ref()))
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect(),
        outcome,
    };
    // The function may have replaced the session's token.
    if let Some(site) = parts.extensions.get::<Site>()
        && let Some(token) = cookies::started_session(site, &head.headers)
    {
        parts.extensions.insert(token);
    }
    parts.method = Method::GET;
    parts.uri = back;
    parts
        .headers
        .insert(header::ACCEPT, HeaderValue::from_static("text/html"));
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.remove(header::CONTENT_TYPE);
    let page = Request::from_parts(parts, Body::empty());
    let mut response = pages::render(state, Some(posted), page).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = status;
    }
    copy_headers(&head.headers, response.headers_mut());
    response
}

/// Leads the browser to another page, which says what the function has changed. A script cannot see where a redirect leads, so it
/// gets the address with status 204.
fn go_on(asked: &Parts, target: HeaderValue, from: &HeaderMap) -> Response {
    let status = if asked.headers.contains_key(IN_PLACE) {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::SEE_OTHER
    };
    let mut response = status.into_response();
    let headers = response.headers_mut();
    copy_headers(from, headers);
    if let Some(change) = cookies::reported_change(from)
        && let Some(site) = asked.extensions.get::<Site>()
        && let Ok(address) = target.to_str()
        && let Some(cookie) = cookies::done(site, change, address)
    {
        headers.append(header::SET_COOKIE, cookie);
    }
    headers.insert(header::LOCATION, target);
    response
}

/// Copies what a function tells the browser beside its result.
fn copy_headers(from: &HeaderMap, to: &mut HeaderMap) {
    for cookie in from.get_all(header::SET_COOKIE) {
        to.append(header::SET_COOKIE, cookie.clone());
    }
    for name in [cookies::CLEAR_SITE_DATA, header::RETRY_AFTER] {
        if let Some(value) = from.get(&name) {
            to.insert(name, value.clone());
        }
    }
}

/// Whether the content type is that of a form. Other types that need no preflight (such as `text/plain`) are refused.
fn is_form(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(kind), None) = (types.next(), types.next()) else {
        return false;
    };
    kind.to_str().is_ok_and(|kind| {
        kind.split(';').next().is_some_and(|kind| {
            kind.trim()
                .eq_ignore_ascii_case("application/x-www-form-urlencoded")
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_content_type_of_a_form_is_accepted() {
        for (kind, taken) in [
            ("application/x-www-form-urlencoded", true),
            ("Application/X-WWW-Form-Urlencoded; charset=UTF-8", true),
            ("text/plain", false),
            ("application/json", false),
            ("multipart/form-data; boundary=x", false),
            ("application/x-www-form-urlencoded, text/plain", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            assert_eq!(is_form(&headers), taken, "{kind}");
        }
        assert!(!is_form(&HeaderMap::new()));
    }
}
