//! Responses after a panic in a handler.

use app::error::AppError;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use std::any::Any;

/// The message of a panic, kept in its response until [`log_and_replace`].
#[derive(Clone)]
struct PanicMessage(String);

/// Turns a panic into a response, for `CatchPanicLayer`.
#[expect(
    clippy::needless_pass_by_value,
    reason = "tower-http calls it with the box"
)]
pub fn after_panic(panic: Box<dyn Any + Send + 'static>) -> Response {
    let message = panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "no message".into());
    let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
    response.extensions_mut().insert(PanicMessage(message));
    response
}

/// Logs the panic of a response of [`after_panic`], and fills in its body: an error in JSON for the dashboard's functions,
/// else a sentence. Other responses are returned as they are.
pub fn log_and_replace(mut response: Response, reference: &str, json: bool) -> Response {
    let Some(PanicMessage(message)) = response.extensions_mut().remove() else {
        return response;
    };
    tracing::error!(reference, detail = message, "a handler panicked");
    let mut replacement = if json {
        let error = AppError::Unexpected(reference.into());
        (StatusCode::INTERNAL_SERVER_ERROR, axum::Json(error)).into_response()
    } else {
        let sentence =
            format!("Something went wrong. Try again; if it keeps happening, quote {reference}.\n");
        (StatusCode::INTERNAL_SERVER_ERROR, sentence).into_response()
    };
    for (name, value) in response.headers() {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            replacement.headers_mut().insert(name, value.clone());
        }
    }
    replacement
}
