//! `GET /openapi.json`: every door in OpenAPI 3.1. Router and document are made of one list, each door describes itself
//! beside its code, and the schemas are those of the types that travel.

mod door;
mod headers;
mod operation;
mod schemas;

pub use door::Door;
pub use operation::{Answer, Operation};
pub use schemas::Schemas;

use super::problem::{self, Code};
use crate::{AppState, config::PublicUrl, router::doors};
use axum::{body::Bytes, extract::State, response::IntoResponse};
use http::header;
use operation::problem_answer;
use serde_json::{Map, Value, json};

/// A key id that belongs to nobody.
pub const SOME_KEY: &str = "akl_0000000000000000";

/// `GET /openapi.json`: public, and the same until the next start.
pub async fn show(State(state): State<AppState>) -> impl IntoResponse {
    let written = state
        .openapi
        .get_or_init(|| Bytes::from(format!("{}\n", document(&state.public_url))))
        .clone();
    (
        [
            (header::CONTENT_TYPE, super::wire::JSON),
            (header::CACHE_CONTROL, "public, max-age=300"),
        ],
        written,
    )
}

/// What this door says of itself.
pub fn describe(_: &mut Schemas) -> Operation {
    Operation::new("describe", "This document").answers(
        200,
        Answer::json("OpenAPI 3.1.", &json!({ "type": "object" })),
    )
}

/// The component that describes what every operation answers to a target that is too long.
pub const LONG_TARGET: &str = "uri_too_long";

/// The whole document, for a server that is reached at `url`.
pub fn document(url: &PublicUrl) -> Value {
    let mut schemas = Schemas::default();
    let mut paths = Map::new();
    for door in doors() {
        let operation = (door.describe)(&mut schemas);
        let methods = door
            .methods
            .iter()
            .enumerate()
            .map(|(n, method)| {
                let more = if n == 0 {
                    String::new()
                } else {
                    format!("_{method}")
                };
                ((*method).to_owned(), operation.write(&more, &mut schemas))
            })
            .collect();
        paths.insert(door.path.into(), Value::Object(methods));
    }
    let nowhere = [Code::NotFound, Code::MethodNotAllowed].map(|code| {
        (
            code.as_str().into(),
            problem_answer(&[code], &[], &mut schemas),
        )
    });
    let long_target = (
        LONG_TARGET.into(),
        Answer::text("The path and the query are too long.", "Send less.\n")
            .with(&[])
            .write(),
    );
    let refusals = Code::ALL.map(|code| {
        let example = json!({ "value": problem::example(code) });
        (code.as_str().into(), example)
    });
    json!({
        "openapi": "3.1.1",
        "info": {
            "title": "Latchkey's gate",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "May a call that presents this key pass?",
            "description": DESCRIPTION,
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": url.origin() }],
        "paths": paths,
        "components": {
            "schemas": schemas.into_definitions(),
            "responses": nowhere.into_iter().chain([long_target]).collect::<Map<_, _>>(),
            "examples": Map::from_iter(refusals),
            "headers": headers::all(),
            "securitySchemes": {
                "metrics_token": {
                    "type": "http", "scheme": "bearer",
                    "description": "What LATCHKEY_METRICS_TOKEN says.",
                },
                "key": {
                    "type": "apiKey", "in": "header", "name": super::credentials::X_CLIENT_KEY.as_str(),
                    "description": "The public key id. Always together with the secret.",
                },
                "secret": {
                    "type": "apiKey", "in": "header", "name": super::credentials::X_CLIENT_SECRET.as_str(),
                    "description": "The key's secret. Always together with the id.",
                },
                "basic": {
                    "type": "http", "scheme": "basic",
                    "description": "The public key id as the user, the secret as the password (RFC 7617).",
                },
            },
        },
    })
}

const DESCRIPTION: &str = "\
Credentials are sent in the headers `x-client-key` and `x-client-secret`, or with HTTP Basic: one pair, in one way. In a \
query they are refused and never checked.

Every refusal is `application/problem+json` (RFC 9457) with a `code`; its `type` is a page that explains it. Until the \
secret has matched, every wrong pair hears the same. Elsewhere under `/v1/` and `/api/v0/` the answer is `not_found`, and \
`method_not_allowed` for a method that a door does not take.

Every answer names its request in `X-Request-Id`. Clients should ignore fields that they do not know.";
