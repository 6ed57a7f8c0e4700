//! The OpenAPI document.

use super::{
    endpoint::{Endpoint, EndpointDescription},
    headers,
    operation::{LONG_TARGET, ResponseSpec, problem_example, problem_response},
    schemas::Schemas,
};
use axum::body::Bytes;
use contract::{Code, credentials};
use serde_json::{Map, Value, json};
use std::sync::OnceLock;

const DESCRIPTION: &str = "\
Send credentials in the headers `x-client-key` and `x-client-secret`, or with HTTP Basic: one pair, in one way. Credentials \
in a query are rejected and never checked.

Every denial is `application/problem+json` (RFC 9457) with a `code`; its `type` is the address of a page that explains it. \
Before the secret has matched, every wrong pair gets the same response. Other paths under `/v1/` and `/api/v0/` get \
`not_found`, and a method that an endpoint does not take gets `method_not_allowed`.

Every response has an `X-Request-Id`. Clients should ignore unknown fields.";

/// The document of a running server, serialized at the first request for it.
pub struct Document {
    endpoints: Box<[EndpointDescription]>,
    origin: String,
    json: OnceLock<Bytes>,
}

impl Document {
    /// The document of a server with these endpoints at a public origin.
    pub fn new<S>(endpoints: &[Endpoint<S>], origin: &str) -> Self {
        Self {
            endpoints: endpoints.iter().map(|it| it.description).collect(),
            origin: origin.to_owned(),
            json: OnceLock::new(),
        }
    }

    /// Returns the document as JSON text that ends with a line feed.
    pub fn json(&self) -> Bytes {
        let json = || Bytes::from(format!("{}\n", document(&self.endpoints, &self.origin)));
        self.json.get_or_init(json).clone()
    }
}

/// Returns the document of a server with these endpoints at a public origin.
pub fn document(endpoints: &[EndpointDescription], origin: &str) -> Value {
    let mut schemas = Schemas::default();
    let mut paths = Map::new();
    for endpoint in endpoints {
        let operation = (endpoint.describe)(&mut schemas);
        let methods = endpoint
            .methods
            .iter()
            .enumerate()
            .map(|(n, method)| {
                let id_suffix = if n == 0 {
                    String::new()
                } else {
                    format!("_{method}")
                };
                let operation = operation.to_json(&id_suffix, &mut schemas);
                ((*method).to_owned(), operation)
            })
            .collect();
        paths.insert(endpoint.path.into(), Value::Object(methods));
    }
    let unrouted = [Code::NotFound, Code::MethodNotAllowed].map(|code| {
        (
            code.as_str().into(),
            problem_response(&[code], &[], &mut schemas),
        )
    });
    let long_target = (
        LONG_TARGET.into(),
        ResponseSpec::text("The path and the query are too long.", "Send less.\n")
            .with_headers(&[])
            .to_json(),
    );
    let examples = Code::ALL.map(|code| {
        let example = json!({ "value": problem_example(code) });
        (code.as_str().into(), example)
    });
    json!({
        "openapi": "3.1.1",
        "info": {
            "title": "Latchkey's gate",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Verifies API keys",
            "description": DESCRIPTION,
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": origin }],
        "paths": paths,
        "components": {
            "schemas": schemas.into_definitions(),
            "responses": unrouted.into_iter().chain([long_target]).collect::<Map<_, _>>(),
            "examples": Map::from_iter(examples),
            "headers": headers::definitions(),
            "securitySchemes": {
                "metrics_token": {
                    "type": "http", "scheme": "bearer",
                    "description": "The token of LATCHKEY_METRICS_TOKEN.",
                },
                "key": {
                    "type": "apiKey", "in": "header", "name": credentials::X_CLIENT_KEY.as_str(),
                    "description": "The public key id, together with the secret.",
                },
                "secret": {
                    "type": "apiKey", "in": "header", "name": credentials::X_CLIENT_SECRET.as_str(),
                    "description": "The key's secret, together with the id.",
                },
                "basic": {
                    "type": "http", "scheme": "basic",
                    "description": "The public key id as the user, the secret as the password (RFC 7617).",
                },
            },
        },
    })
}
