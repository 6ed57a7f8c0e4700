//! IP rules: the networks from which a key may be used.

use crate::Invalid;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::{fmt, net::IpAddr};

/// A list of up to 100 allowed networks. An empty list allows any address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IpRules(Vec<IpNet>);

impl IpRules {
    /// Maximum number of networks.
    pub const MAX_NETWORKS: usize = 100;

    /// Parses addresses and CIDR networks separated by white space or commas. Host bits are cleared, IPv4-mapped IPv6
    /// addresses become IPv4 (RFC 4291, 2.5.5.2), and duplicates are removed.
    ///
    /// # Errors
    /// The first invalid entry, or too many entries. An invalid entry rejects the whole list.
    pub fn parse(raw: &str) -> Result<Self, Invalid> {
        let mut rules = Vec::new();
        for entry in raw
            .split(|c: char| c.is_whitespace() || c == ',')
            .filter(|entry| !entry.is_empty())
        {
            let rule = parse_network(entry).ok_or_else(|| {
                let shown: String = entry.chars().filter(|c| !c.is_control()).take(45).collect();
                Invalid(format!(
                    "“{shown}” isn't an IP address or CIDR range. Use a format like 203.0.113.7, 10.0.0.0/8 or 2001:db8::/32."
                ))
            })?;
            if !rules.contains(&rule) {
                rules.push(rule);
            }
            if rules.len() > Self::MAX_NETWORKS {
                return Err(Invalid(format!(
                    "Enter up to {} IP addresses or CIDR ranges.",
                    Self::MAX_NETWORKS
                )));
            }
        }
        Ok(Self(rules))
    }

    /// Whether the list is empty and therefore allows any address.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the networks.
    pub fn networks(&self) -> &[IpNet] {
        &self.0
    }

    /// Returns the networks that are not contained in a network of `other`.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let alone = |network: &&IpNet| !other.0.iter().any(|outer| outer.contains(*network));
        Self(self.0.iter().filter(alone).copied().collect())
    }

    /// Returns each network as stored text; a single address has no prefix length.
    pub fn texts(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|network| text(*network))
    }

    /// Whether a call from `address` is allowed. An unknown address is allowed only by an empty list.
    pub fn allow(&self, address: Option<IpAddr>) -> bool {
        self.0.is_empty()
            || address.is_some_and(|address| {
                let address = address.to_canonical();
                self.0.iter().any(|network| network.contains(&address))
            })
    }
}

/// Parses an address or a network in CIDR notation. Host bits are cleared, and IPv4-mapped IPv6 becomes IPv4 (RFC 4291,
/// 2.5.5.2). A network that contains IPv4-mapped addresses and others is invalid.
pub fn parse_network(entry: &str) -> Option<IpNet> {
    let network = entry
        .parse::<IpNet>()
        .or_else(|_| entry.parse::<IpAddr>().map(IpNet::from))
        .ok()?;
    let canonical = match (network.addr().to_canonical(), network) {
        (IpAddr::V4(v4), IpNet::V6(v6)) => {
            IpNet::new(v4.into(), v6.prefix_len().checked_sub(96)?).ok()?
        }
        _ => network,
    };
    Some(canonical.trunc())
}

/// The networks separated by spaces, as they are stored. [`IpRules::parse`] parses them.
impl fmt::Display for IpRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, text) in self.texts().enumerate() {
            let separator = if n == 0 { "" } else { " " };
            write!(f, "{separator}{text}")?;
        }
        Ok(())
    }
}

fn text(network: IpNet) -> String {
    if network.prefix_len() == network.max_prefix_len() {
        network.addr().to_string()
    } else {
        network.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_error_shows_the_entry_without_control_characters() {
        let error = IpRules::parse("10.0\u{7}.0.x").expect_err("invalid");
        assert!(error.0.starts_with("“10.0.0.x” is"), "{error:?}");
    }

    #[test]
    fn host_bits_mapped_addresses_and_duplicates_are_normalised() {
        let rules = IpRules::parse("10.1.2.3/8, ::ffff:192.0.2.1\n2001:db8::1/32 10.9.9.9/8")
            .expect("valid");
        assert_eq!(rules.to_string(), "10.0.0.0/8 192.0.2.1 2001:db8::/32");
    }

    #[test]
    fn one_invalid_entry_rejects_the_whole_list() {
        for bad in [
            "10.0.0.0/8 x",
            "10.0.0.0/33",
            "fe80::1%eth0",
            "::ffff:10.0.0.0/8",
            "1.2.3",
        ] {
            assert!(IpRules::parse(bad).is_err(), "{bad}");
        }
        let many = (0..101)
            .map(|n| format!("10.0.{n}.1"))
            .collect::<Vec<_>>()
            .join(" ");
        assert!(IpRules::parse(&many).is_err());
    }

    #[test]
    fn an_unknown_address_is_allowed_only_without_rules() {
        assert!(IpRules::default().allow(None));
        assert!(!IpRules::parse("0.0.0.0/0").expect("valid").allow(None));
        let mapped = "::ffff:10.1.1.1".parse().ok();
        assert!(IpRules::parse("10.0.0.0/8").expect("valid").allow(mapped));
    }

    proptest! {
        #[test]
        fn an_ipv4_network_allows_addresses_with_its_prefix(address: u32, network: u32, prefix in 0_u32..=32) {
            let mask = u32::MAX.checked_shl(32 - prefix).unwrap_or(0);
            let rules = IpRules::parse(&format!("{}/{prefix}", std::net::Ipv4Addr::from(network))).expect("valid");
            let allowed = rules.allow(Some(IpAddr::V4(address.into())));
            prop_assert_eq!(allowed, address & mask == network & mask);
        }

        #[test]
        fn an_ipv6_network_allows_addresses_with_its_prefix(address: u128, network: u128, shared in 0_u32..=128, prefix in 0_u32..=128) {
            // Random addresses rarely share a prefix, so a prefix is copied. The first bit avoids IPv4-mapped addresses.
            let keep = u128::MAX.checked_shl(128 - shared).unwrap_or(0);
            let network = network | 1 << 127;
            let address = (network & keep | address & !keep) | 1 << 127;
            let mask = u128::MAX.checked_shl(128 - prefix).unwrap_or(0);
            let rules = IpRules::parse(&format!("{}/{prefix}", std::net::Ipv6Addr::from(network))).expect("valid");
            let allowed = rules.allow(Some(IpAddr::V6(address.into())));
            prop_assert_eq!(allowed, address & mask == network & mask);
            prop_assert_eq!(IpRules::parse(&rules.to_string()), Ok(rules));
        }

        #[test]
        fn any_text_is_parsed_without_a_panic(text in "\\PC{0,80}") {
            if let Ok(rules) = IpRules::parse(&text) {
                prop_assert_eq!(IpRules::parse(&rules.to_string()), Ok(rules));
            }
        }
    }

    #[test]
    fn a_list_has_at_most_100_networks() {
        let list = |count| {
            (0..count)
                .map(|n| format!("10.0.{n}.1"))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(
            IpRules::parse(&list(100)).expect("valid").networks().len(),
            100
        );
        assert!(IpRules::parse(&list(101)).is_err());
        let duplicates = "10.0.0.1 ".repeat(200);
        assert_eq!(
            IpRules::parse(&duplicates).expect("valid").networks().len(),
            1
        );
    }

    #[test]
    fn networks_are_missing_from_another_list_unless_it_contains_them() {
        let parse = |text| IpRules::parse(text).expect("valid");
        let rest = parse("10.1.0.0/16 192.0.2.7").without(&parse("10.0.0.0/8"));
        assert_eq!(rest, parse("192.0.2.7"));
    }

    #[test]
    fn a_mapped_network_is_an_ipv4_network() {
        for (text, network) in [
            ("::ffff:10.0.0.0/104", Some("10.0.0.0/8")),
            ("::ffff:192.0.2.1", Some("192.0.2.1/32")),
            ("::ffff:0.0.0.0/96", Some("0.0.0.0/0")),
            ("::ffff:0.0.0.0/95", None),
            ("2001:db8::1", Some("2001:db8::1/128")),
        ] {
            let parsed = parse_network(text).map(|network| network.to_string());
            assert_eq!(parsed.as_deref(), network, "{text}");
        }
    }
}
