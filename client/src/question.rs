//! What the gate is asked.

use bytes::Bytes;
use contract::credentials::Presented;
use domain::key::scope::ScopeSet;
use http::{header, request::Parts};
use serde::Serialize;
use std::net::IpAddr;
use zeroize::Zeroizing;

/// Bytes of a path, and of what a client calls itself, that are passed on.
const LONGEST_TEXT: usize = 1_024;

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

/// The body of the question; wiped when it has been sent. `None` where it cannot be written as JSON.
pub(crate) fn body(
    presented: &Presented<'_>,
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
    // Room for every byte as an escape of six, so that the secret is written once and not copied while the body grows.
    let longest = presented.key().len() + presented.secret().len() + 2 * LONGEST_TEXT;
    let mut body = Zeroizing::new(Vec::with_capacity(6 * longest + 4_096));
    serde_json::to_writer(&mut *body, &question).ok()?;
    Some(Bytes::from_owner(body))
}

fn shortened(text: &str) -> &str {
    text.get(..text.floor_char_boundary(LONGEST_TEXT))
        .unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn a_long_text_ends_between_two_characters() {
        assert_eq!(shortened("/invoices"), "/invoices");
        let long = format!("{}ü", "x".repeat(1_023));
        assert_eq!(shortened(&long), "x".repeat(1_023));
    }
}
