//! Key ids and secrets: what is read is written as it was, and nothing but a whole secret is one.
#![no_main]

use domain::key::token::{self, KeyId};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(id) = text.parse::<KeyId>() {
        assert_eq!(id.to_string(), text);
        assert_eq!(KeyId::from_bytes(id.to_bytes()), id);
    }
    if token::is_secret(text) {
        assert!(token::holds_secret(text));
        assert!(text.parse::<KeyId>().is_err());
    }
});
