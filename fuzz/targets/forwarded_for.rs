//! Determines the client's address from any `X-Forwarded-For`: an untrusted peer's header is ignored.
#![no_main]

use contract::client_address::{TrustedProxies, client_address};
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;
use std::net::IpAddr;

fuzz_target!(|input: (IpAddr, Vec<Vec<u8>>, String)| {
    let (peer, lines, proxies) = input;
    let mut headers = HeaderMap::new();
    for line in &lines {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append("x-forwarded-for", value);
        }
    }
    let none = TrustedProxies::default();
    let found = client_address(Some(peer), &headers, &none);
    assert_eq!(found, Some(peer.to_canonical()));
    let all = TrustedProxies::parse("0.0.0.0/0 ::/0").expect("two networks");
    _ = client_address(Some(peer), &headers, &all);
    if let Ok(proxies) = TrustedProxies::parse(&proxies) {
        let found = client_address(Some(peer), &headers, &proxies);
        if !proxies.contains(peer) {
            assert_eq!(found, Some(peer.to_canonical()));
        }
    }
});
