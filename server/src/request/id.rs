//! Request ids.

use crate::wire::X_REQUEST_ID;
use http::HeaderMap;
use std::{cell::RefCell, sync::Arc};
use verification::{Entropy, SystemEntropy};

const HEX_DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Ids that are generated at once: asking the system for each would be a noticeable part of a call's time.
const BATCH: usize = 64;

thread_local! {
    /// Generated ids that are not used yet. Ids are not secret.
    static UNUSED_IDS: RefCell<Vec<[u8; 16]>> = const { RefCell::new(Vec::new()) };
}

/// Returns a new id: 128 random bits in hexadecimal.
pub fn new_request_id() -> Arc<str> {
    let mut text = [b'0'; 32];
    for (pair, byte) in text.chunks_exact_mut(2).zip(random_bytes()) {
        for (digit, half) in pair.iter_mut().zip([byte >> 4, byte & 15]) {
            *digit = HEX_DIGITS[usize::from(half)];
        }
    }
    str::from_utf8(&text).unwrap_or_default().into()
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
pub fn forwarded_request_id(headers: &HeaderMap) -> Option<Arc<str>> {
    let text = headers.get(X_REQUEST_ID)?.to_str().ok()?;
    let valid = (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    valid.then(|| text.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use std::collections::HashSet;

    #[test]
    fn every_new_id_is_different() {
        let ids: HashSet<_> = (0..3 * BATCH).map(|_| new_request_id()).collect();
        assert_eq!(ids.len(), 3 * BATCH);
        let valid = |id: &Arc<str>| id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit());
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
