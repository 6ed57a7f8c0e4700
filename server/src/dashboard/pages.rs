//! Renders the pages.

use crate::{AppState, assets};
use app::form::Posted;
use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use leptos::{context::provide_context, nonce::Nonce};

/// The addresses of all pages, in axum's spelling.
pub fn paths() -> Vec<String> {
    leptos_axum::generate_route_list(app::App)
        .iter()
        .map(|listing| listing.path().to_owned())
        .collect()
}

/// A page.
pub async fn page(State(state): State<AppState>, request: Request) -> Response {
    render(&state, None, request).await
}

/// Everything that has no address of its own: the app says so on its page.
pub async fn not_found(State(state): State<AppState>, request: Request) -> Response {
    // Of `OPTIONS *` (RFC 9110, 9.3.7) there is no page.
    if !request.method().is_safe() || !request.uri().path().starts_with('/') {
        return (StatusCode::NOT_FOUND, "There is nothing at this address.\n").into_response();
    }
    let mut response = render(&state, None, request).await;
    if response.status().is_success() {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

/// A page takes GET and HEAD, a function POST.
pub async fn method_not_allowed() -> Response {
    (
        StatusCode::METHOD_NOT_ALLOWED,
        "This address does not take this method.\n",
    )
        .into_response()
}

/// Renders the app at the request's address; `posted` is what became of a form that was sent without JavaScript.
pub async fn render(state: &AppState, posted: Option<Posted>, request: Request) -> Response {
    let nonce = request.extensions().get::<Nonce>().cloned();
    let keyring = state.keyring.clone();
    let context = move || {
        provide_context(keyring.clone());
        // Leptos has provided one of its own just before; the header names this one.
        if let Some(nonce) = nonce.clone() {
            provide_context(nonce);
        }
        if let Some(posted) = posted.clone() {
            provide_context(posted);
        }
        if let Some(chunks) = assets::chunks() {
            provide_context(chunks);
        }
    };
    let handler = leptos_axum::render_app_async_with_context(context, app::shell);
    let mut response = handler(request).await;
    // A client that does not ask for HTML is redirected all the same.
    if response.headers().contains_key(header::LOCATION) && !response.status().is_redirection() {
        *response.status_mut() = StatusCode::FOUND;
    }
    response
}
