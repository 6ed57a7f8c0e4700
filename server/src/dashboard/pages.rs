//! Pages.

use crate::AppState;
use app::posted::Posted;
use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use leptos::{context::provide_context, nonce::Nonce};

/// Returns the paths of all pages, in axum's syntax.
pub fn paths() -> Vec<String> {
    leptos_axum::generate_route_list(app::App)
        .iter()
        .map(|listing| listing.path().to_owned())
        .collect()
}

/// Responds with a page.
pub async fn page(State(state): State<AppState>, request: Request) -> Response {
    render(&state, None, request).await
}

/// The fallback: the app renders its page for unknown addresses.
pub async fn not_found(State(state): State<AppState>, request: Request) -> Response {
    // The target of `OPTIONS *` (RFC 9110, 9.3.7) is not a path.
    if !request.method().is_safe() || !request.uri().path().starts_with('/') {
        return (StatusCode::NOT_FOUND, "Not found. Check the URL.\n").into_response();
    }
    let mut response = render(&state, None, request).await;
    if response.status().is_success() {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

/// The fallback for other methods: a page takes GET and HEAD, a function POST.
pub async fn method_not_allowed() -> Response {
    (
        StatusCode::METHOD_NOT_ALLOWED,
        "This URL doesn't support this method.\n",
    )
        .into_response()
}

/// Renders the app at the request's path. `posted` is the result of a form that was posted without JavaScript.
pub async fn render(state: &AppState, posted: Option<Posted>, request: Request) -> Response {
    let nonce = request.extensions().get::<Nonce>().cloned();
    let keyring = state.keyring.clone();
    let context = move || {
        provide_context(keyring.clone());
        // Replaces the nonce that Leptos has just provided: the header contains this one.
        if let Some(nonce) = nonce.clone() {
            provide_context(nonce);
        }
        if let Some(posted) = posted.clone() {
            provide_context(posted);
        }
    };
    let handler = leptos_axum::render_app_async_with_context(context, app::shell);
    let mut response = handler(request).await;
    // Leptos sets the status of a redirect only for clients that accept HTML.
    if response.headers().contains_key(header::LOCATION) && !response.status().is_redirection() {
        *response.status_mut() = StatusCode::FOUND;
    }
    response
}
