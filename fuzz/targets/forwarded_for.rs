//! Where a call came from: whoever is no proxy of ours is believed nothing, and no address is invented.
#![no_main]

use contract::client_address::{TrustedProxies, client_address};
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;
use std::net::IpAddr;

fuzz_target!(|sent: (IpAddr, Vec<Vec<u8>>, String)| {
    let (peer, lines, proxies) = sent;
    let mut headers = HeaderMap::new();
    for line in &lines {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append("x-forwarded-for", value);
        }
    }
    let nobody = TrustedProxies::default();
    let found = client_address(Some(peer), &headers, &nobody);
    assert_eq!(found, Some(peer.to_canonical()));
    let everybody = TrustedProxies::parse("0.0.0.0/0 ::/0").expect("two networks");
    _ = client_address(Some(peer), &headers, &everybody);
    if let Ok(proxies) = TrustedProxies::parse(&proxies) {
        let found = client_address(Some(peer), &headers, &proxies);
        if !proxies.contain(peer) {
            assert_eq!(found, Some(peer.to_canonical()));
        }
    }
});
