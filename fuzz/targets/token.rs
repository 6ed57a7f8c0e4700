//! Parses any text as a key id or a secret: an id is formatted back to the same text, and no text is both.
#![no_main]

use domain::key::token::{self, KeyId};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(id) = text.parse::<KeyId>() {
        assert_eq!(id.to_string(), text);
        assert_eq!(KeyId::from_bytes(id.to_bytes()), id);
    }
    if token::is_secret(text) {
        assert!(token::contains_secret(text));
        assert!(text.parse::<KeyId>().is_err());
    }
});
