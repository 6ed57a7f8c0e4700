//! Allowed addresses: what is read comes back from its own text, and allows the same.
#![no_main]

use domain::key::ip_rule::IpRules;
use libfuzzer_sys::fuzz_target;
use std::net::IpAddr;

fuzz_target!(|typed: (String, Option<IpAddr>)| {
    let (text, address) = typed;
    if let Ok(rules) = IpRules::parse(&text) {
        let again = IpRules::parse(&rules.to_string()).expect("its own text");
        assert_eq!(again, rules);
        assert_eq!(again.allow(address), rules.allow(address));
    }
});
