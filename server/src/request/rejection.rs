//! Requests that are refused before they reach a handler.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

/// Maximum length of a path with its query, in bytes.
pub const MAX_TARGET_BYTES: usize = 16 * 1024;

/// Why a request is refused before it reaches a handler.
#[derive(Clone, Copy, Debug)]
pub enum Rejection {
    /// Its syntax is invalid, or other implementations read it differently.
    Malformed(&'static str),
    /// Its path and query are longer than [`MAX_TARGET_BYTES`].
    LongTarget,
    /// The remaining connections are reserved for the gate and the health checks.
    Overloaded,
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let (status, sentence) = match self {
            Self::Malformed(why) => (StatusCode::BAD_REQUEST, format!("Bad request: {why}.\n")),
            Self::LongTarget => (
                StatusCode::URI_TOO_LONG,
                format!("Send a path and a query of {MAX_TARGET_BYTES} bytes at most.\n"),
            ),
            Self::Overloaded => (
                StatusCode::SERVICE_UNAVAILABLE,
                "There are too many connections just now. Try again in a moment.\n".into(),
            ),
        };
        // The bytes that follow may belong to the request that was not understood. (hyper omits the header in HTTP/2.)
        let close = HeaderValue::from_static("close");
        let mut response = (status, [(header::CONNECTION, close)], sentence).into_response();
        if matches!(self, Self::Overloaded) {
            let seconds = HeaderValue::from_static("5");
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}
