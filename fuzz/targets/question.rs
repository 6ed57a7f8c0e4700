//! Parses any bytes as a request body of `POST /v1/keys/verify`.
#![no_main]

use contract::question::{self, Questions, MAX_QUESTIONS};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some(Questions::Several(several)) = question::read(bytes) {
        assert!((1..=MAX_QUESTIONS).contains(&several.len()));
    }
});
