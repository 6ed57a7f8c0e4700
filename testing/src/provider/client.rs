//! How the client proves who it is.

use super::{CLIENT_ID, CLIENT_SECRET};
use axum::http::{HeaderMap, header};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::collections::HashMap;

/// Whether a request has the client's credentials in the way that the configuration names, and not in the other.
pub(super) fn is_authenticated(
    methods: Option<&Value>,
    headers: &HeaderMap,
    form: &HashMap<String, String>,
) -> bool {
    if methods == Some(&json!(["client_secret_post"])) {
        let is = |name: &str, value: &str| form.get(name).is_some_and(|found| found == value);
        return is("client_id", CLIENT_ID)
            && is("client_secret", CLIENT_SECRET)
            && !headers.contains_key(header::AUTHORIZATION);
    }
    has_basic(headers) && !form.contains_key("client_secret")
}

/// Whether the request has the client's credentials in `Authorization` (RFC 6749, 2.3.1).
fn has_basic(headers: &HeaderMap) -> bool {
    let encode =
        |text: &str| -> String { form_urlencoded::byte_serialize(text.as_bytes()).collect() };
    let pair = format!("{}:{}", encode(CLIENT_ID), encode(CLIENT_SECRET));
    let expected = format!("Basic {}", STANDARD.encode(pair));
    headers
        .get(header::AUTHORIZATION)
        .is_some_and(|value| value.as_bytes() == expected.as_bytes())
}
