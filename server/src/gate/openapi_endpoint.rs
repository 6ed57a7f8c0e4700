//! `GET /openapi.json`: the description of the gate. It needs no credentials.

use crate::{
    AppState,
    openapi::{Operation, ResponseSpec, Schemas},
    wire,
};
use axum::{extract::State, response::IntoResponse};
use http::header;
use serde_json::json;

/// Responds with the document, which does not change while the process runs.
pub async fn show(State(state): State<AppState>) -> impl IntoResponse {
    (
        [
            (header::CONTENT_TYPE, wire::JSON),
            (header::CACHE_CONTROL, "public, max-age=300"),
        ],
        state.openapi.json(),
    )
}

/// Describes the endpoint.
pub fn describe(_: &mut Schemas) -> Operation {
    Operation::new("describe", "This document").responds(
        200,
        ResponseSpec::json("OpenAPI 3.1.", &json!({ "type": "object" })),
    )
}
