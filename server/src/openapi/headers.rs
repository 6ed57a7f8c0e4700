//! Response headers.

use super::EXAMPLE_KEY_ID;
use crate::wire;
use http::{HeaderName, header};
use serde_json::{Map, Value, json};

/// The headers that a caller with a valid secret gets beside the response.
pub const CALLER_HEADERS: [HeaderName; 4] = [
    wire::RATE_LIMIT_POLICY,
    wire::RATE_LIMIT,
    wire::DEPRECATION,
    wire::SUNSET,
];

/// Name, description and example of each response header.
fn table() -> Vec<(HeaderName, &'static str, &'static str)> {
    vec![
        (
            wire::X_REQUEST_ID,
            "The id of the request in the log and the audit log.",
            "0123456789abcdef0123456789abcdef",
        ),
        (
            wire::RATE_LIMIT_POLICY,
            "The key's rate limit, if it has one: requests in a window of seconds (draft-ietf-httpapi-ratelimit-headers-10).",
            "\"key\";q=100;w=60",
        ),
        (
            wire::RATE_LIMIT,
            "Remaining requests, and seconds until all are available again.",
            "\"key\";r=99;t=1",
        ),
        (
            wire::DEPRECATION,
            "The instant since which the secret is being retired (RFC 9745).",
            "@1795356309",
        ),
        (
            wire::SUNSET,
            "The instant at which the secret that is being retired stops working (RFC 8594).",
            "Mon, 23 Nov 2026 14:05:10 GMT",
        ),
        (
            wire::NODES,
            "The nodes that reject the key, all nodes, and the milliseconds until that was known (RFC 9651). The leases of the remaining nodes have ended: they accept no key until they are up to date.",
            "confirmed=3, total=3, elapsed-ms=41",
        ),
        (
            header::RETRY_AFTER,
            "Seconds until a request can be accepted.",
            "3",
        ),
        (
            header::WWW_AUTHENTICATE,
            "How to authenticate.",
            "ApiKey realm=\"latchkey\"",
        ),
        (wire::KEY_ID, "The public id of the key.", EXAMPLE_KEY_ID),
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
            "The key's scopes, separated by spaces.",
            "invoice:create invoice:read",
        ),
    ]
}

/// Returns `components.headers`.
pub fn definitions() -> Map<String, Value> {
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

/// Returns references to the headers of a response. `X-Request-Id` is always among them.
pub fn references(names: &[HeaderName]) -> Map<String, Value> {
    std::iter::once(&wire::X_REQUEST_ID)
        .chain(names)
        .map(|name| {
            let reference = format!("#/components/headers/{name}");
            (name.to_string(), json!({ "$ref": reference }))
        })
        .collect()
}
