//! The body of `POST /v1/keys/verify`: JSON of any shape.
#![no_main]

use contract::question::{self, Asked, MOST};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some(Asked::Several(several)) = question::read(bytes) {
        assert!((1..=MOST).contains(&several.len()));
    }
});
