//! The request body for the gate.

use bytes::Bytes;
use contract::credentials::PresentedCredentials;
use domain::key::scope::ScopeSet;
use http::{header, request::Parts};
use serde::Serialize;
use std::net::IpAddr;
use zeroize::Zeroizing;

/// Maximum bytes of a path and of a `User-Agent` that are sent.
const MAX_TEXT_BYTES: usize = 1_024;

#[derive(Serialize)]
struct Question<'a> {
    key: &'a str,
    secret: &'a str,
    scopes: Vec<String>,
    request: Presenter<'a>,
}

#[derive(Serialize)]
struct Presenter<'a> {
    ip: Option<IpAddr>,
    method: &'a str,
    route: &'a str,
    user_agent: &'a str,
}

/// Returns the request body, which is wiped after it was sent, or `None` if it cannot be serialized.
pub(crate) fn body(
    presented: &PresentedCredentials<'_>,
    parts: &Parts,
    scopes: ScopeSet,
    address: Option<IpAddr>,
) -> Option<Bytes> {
    let user_agent = parts
        .headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let question = Question {
        key: presented.key(),
        secret: presented.secret(),
        scopes: scopes.names().collect(),
        request: Presenter {
            ip: address,
            method: parts.method.as_str(),
            route: shortened(parts.uri.path()),
            user_agent: shortened(user_agent),
        },
    };
    // Capacity for six bytes per byte, so that the buffer with the secret is not reallocated.
    let longest = presented.key().len() + presented.secret().len() + 2 * MAX_TEXT_BYTES;
    let mut body = Zeroizing::new(Vec::with_capacity(6 * longest + 4_096));
    serde_json::to_writer(&mut *body, &question).ok()?;
    Some(Bytes::from_owner(body))
}

fn shortened(text: &str) -> &str {
    text.get(..text.floor_char_boundary(MAX_TEXT_BYTES))
        .unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn a_long_text_is_cut_between_two_characters() {
        assert_eq!(shortened("/invoices"), "/invoices");
        let long = format!("{}ü", "x".repeat(1_023));
        assert_eq!(shortened(&long), "x".repeat(1_023));
    }
}
