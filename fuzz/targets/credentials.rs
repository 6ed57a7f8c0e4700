//! Parses the credentials of any headers and query string: either one pair or an expected error code.
#![no_main]

use contract::{
    Code,
    credentials::{self, X_CLIENT_KEY, X_CLIENT_SECRET},
};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use libfuzzer_sys::fuzz_target;

/// Header values, each with a number that selects the header, and a query string.
type Input = (Vec<(u8, Vec<u8>)>, Option<String>);

fn name(number: u8) -> HeaderName {
    match number % 3 {
        0 => X_CLIENT_KEY,
        1 => X_CLIENT_SECRET,
        _ => header::AUTHORIZATION,
    }
}

fuzz_target!(|input: Input| {
    let (lines, query) = input;
    let mut headers = HeaderMap::new();
    for (number, bytes) in &lines {
        // The fuzzer rarely generates `Basic` by itself.
        let bytes = match number % 6 {
            5 => [b"Basic ", &bytes[..]].concat(),
            _ => bytes.clone(),
        };
        if let Ok(value) = HeaderValue::from_bytes(&bytes) {
            headers.append(name(*number), value);
        }
    }
    match credentials::read(&headers, query.as_deref()) {
        Ok(pair) => {
            let twice = |name| headers.get_all(name).iter().count() > 1;
            assert!(!twice(X_CLIENT_KEY) && !twice(X_CLIENT_SECRET));
            _ = (pair.key(), pair.secret());
        }
        Err(code) => assert!(matches!(
            code,
            Code::AmbiguousCredentials
                | Code::CredentialsInQuery
                | Code::InvalidCredentials
                | Code::MissingCredentials
        )),
    }
});
