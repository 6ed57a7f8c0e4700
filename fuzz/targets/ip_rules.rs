//! Parses any text as IP rules: their own text is parsed back and allows the same addresses.
#![no_main]

use domain::key::ip_rule::IpRules;
use libfuzzer_sys::fuzz_target;
use std::net::IpAddr;

fuzz_target!(|input: (String, Option<IpAddr>)| {
    let (text, address) = input;
    if let Ok(rules) = IpRules::parse(&text) {
        let again = IpRules::parse(&rules.to_string()).expect("its own text");
        assert_eq!(again, rules);
        assert_eq!(again.allow(address), rules.allow(address));
    }
});
