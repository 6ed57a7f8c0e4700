//! The pair of a request, in two headers, in `Basic` or in the query: one is read, or a code says why not.
#![no_main]

use contract::{
    Code,
    credentials::{self, X_CLIENT_KEY, X_CLIENT_SECRET},
};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use libfuzzer_sys::fuzz_target;

/// Lines, each with the header that it belongs to, and a query.
type Sent = (Vec<(u8, Vec<u8>)>, Option<String>);

fn name(number: u8) -> HeaderName {
    match number % 3 {
        0 => X_CLIENT_KEY,
        1 => X_CLIENT_SECRET,
        _ => header::AUTHORIZATION,
    }
}

fuzz_target!(|sent: Sent| {
    let (lines, query) = sent;
    let mut headers = HeaderMap::new();
    for (number, bytes) in &lines {
        // `Basic` is not found by chance.
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
