//! Request ids.

use crate::wire::X_REQUEST_ID;
use http::HeaderMap;
use serde::{Serialize, Serializer};
use std::{cell::RefCell, ops::Deref, sync::Arc};
use verification::{Entropy, SystemEntropy};

const HEX_DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Ids that are generated at once: asking the system for each would be a noticeable part of a call's time.
const BATCH: usize = 64;

/// The id of a request: 1 to 64 characters of `[A-Za-z0-9_-]`.
#[derive(Clone, Debug)]
pub enum RequestId {
    /// Generated here.
    New([u8; 32]),
    /// From a trusted proxy.
    Forwarded(Arc<str>),
}

impl RequestId {
    /// The id of a request that did not pass through the outermost service.
    pub const UNKNOWN: Self = Self::New([b'0'; 32]);
}

impl Deref for RequestId {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::New(text) => str::from_utf8(text).unwrap_or_default(),
            Self::Forwarded(text) => text,
        }
    }
}

impl Serialize for RequestId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

thread_local! {
    /// Generated ids that are not used yet. Ids are not secret.
    static UNUSED_IDS: RefCell<Vec<[u8; 16]>> = const { RefCell::new(Vec::new()) };
}

/// Returns a new id: 128 random bits in hexadecimal.
pub fn new_request_id() -> RequestId {
    let mut text = [b'0'; 32];
    for (pair, byte) in text.chunks_exact_mut(2).zip(random_bytes()) {
        for (digit, half) in pair.iter_mut().zip([byte >> 4, byte & 15]) {
            *digit = HEX_DIGITS[usize::from(half)];
        }
    }
    RequestId::New(text)
}

fn random_bytes() -> [u8; 16] {
    UNUSED_IDS.with_borrow_mut(|unused| {
        unused.pop().unwrap_or_else(|| {
            let mut random = [[0; 16]; BATCH];
            SystemEntropy.fill(random.as_flattened_mut());
            let [first, rest @ ..] = random;
            unused.extend(rest);
            first
        })
    })
}

/// Returns the id in `X-Request-Id` if it has 1 to 64 characters of `[A-Za-z0-9_-]`.
pub fn forwarded_request_id(headers: &HeaderMap) -> Option<RequestId> {
    let text = headers.get(X_REQUEST_ID)?.to_str().ok()?;
    let valid = (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    valid.then(|| RequestId::Forwarded(text.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use std::collections::HashSet;

    #[test]
    fn every_new_id_is_different() {
        let ids: HashSet<_> = (0..3 * BATCH)
            .map(|_| new_request_id().to_string())
            .collect();
        assert_eq!(ids.len(), 3 * BATCH);
        let valid = |id: &String| id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit());
        assert!(ids.iter().all(valid));
    }

    #[test]
    fn a_forwarded_id_with_other_characters_or_more_than_64_is_ignored() {
        for (text, accepted) in [
            ("abc-DEF_123", true),
            ("", false),
            ("a b", false),
            ("a\"b", false),
            (&"x".repeat(64), true),
            (&"x".repeat(65), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(X_REQUEST_ID, HeaderValue::from_str(text).expect("a value"));
            let found = forwarded_request_id(&headers);
            assert_eq!(found.is_some(), accepted, "{text:?}");
        }
    }
}
