//! The body of `POST /v1/keys/verify`: JSON of any shape.
#![no_main]

use libfuzzer_sys::fuzz_target;
use server::gate::question::{self, Asked, MOST};

fuzz_target!(|bytes: &[u8]| {
    if let Some(Asked::Several(several)) = question::read(bytes) {
        assert!((1..=MOST).contains(&several.len()));
    }
});
