//! The headers of answers.

use crate::{gate::wire, request::X_REQUEST_ID};
use http::{HeaderName, header};
use serde_json::{Map, Value, json};

/// What a proven caller is told beside the answer.
pub const CALLER: [HeaderName; 4] = [
    wire::RATE_LIMIT_POLICY,
    wire::RATE_LIMIT,
    wire::DEPRECATION,
    wire::SUNSET,
];

/// Every header that some answer has, and what it says.
fn table() -> Vec<(HeaderName, &'static str, &'static str)> {
    vec![
        (
            X_REQUEST_ID,
            "Names the request in the log and the audit log.",
            "0123456789abcdef0123456789abcdef",
        ),
        (
            wire::RATE_LIMIT_POLICY,
            "The key's limit (draft-ietf-httpapi-ratelimit-headers-10), where it has one: calls in a window of seconds.",
            "\"key\";q=100;w=60",
        ),
        (
            wire::RATE_LIMIT,
            "Calls that are left, and seconds until all are given back.",
            "\"key\";r=99;t=1",
        ),
        (
            wire::DEPRECATION,
            "Since when the secret is being retired (RFC 9745).",
            "@1795356309",
        ),
        (
            wire::SUNSET,
            "When the secret that is being retired ends (RFC 8594).",
            "Mon, 23 Nov 2026 14:05:10 GMT",
        ),
        (header::RETRY_AFTER, "Seconds until a call can pass.", "3"),
        (
            header::WWW_AUTHENTICATE,
            "How to authenticate.",
            "ApiKey realm=\"latchkey\"",
        ),
        (wire::KEY_ID, "The public id of the key.", super::SOME_KEY),
        (
            wire::APPLICATION_ID,
            "The key's application.",
            "00000000-0000-0000-0000-000000000000",
        ),
        (
            wire::ACCOUNT_ID,
            "The application's account.",
            "00000000-0000-0000-0000-000000000000",
        ),
        (
            wire::SCOPES,
            "All that the key may do, with blanks between.",
            "invoice:create invoice:read",
        ),
    ]
}

/// `components.headers`.
pub fn all() -> Map<String, Value> {
    table()
        .into_iter()
        .map(|(name, description, example)| {
            let header = json!({
                "description": description,
                "schema": { "type": "string" },
                "example": example,
            });
            (name.to_string(), header)
        })
        .collect()
}

/// References to headers, for an answer that has them; every answer names its request.
pub fn of(names: &[HeaderName]) -> Map<String, Value> {
    std::iter::once(&X_REQUEST_ID)
        .chain(names)
        .map(|name| {
            let reference = format!("#/components/headers/{name}");
            (name.to_string(), json!({ "$ref": reference }))
        })
        .collect()
}
