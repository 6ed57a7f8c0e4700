//! From which addresses a key may be used.

use crate::Invalid;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::{fmt, net::IpAddr};

/// Up to 100 networks; none at all means any address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IpRules(Vec<IpNet>);

impl IpRules {
    /// Networks at most.
    pub const MOST: usize = 100;

    /// Reads addresses and CIDR networks with white space or commas between. Host bits are cleared, IPv4 in IPv6 is
    /// IPv4 (RFC 4291, 2.5.5.2), doubles count once.
    ///
    /// # Errors
    /// Names the first entry that is no address or network; nothing of the list is kept then.
    pub fn parse(raw: &str) -> Result<Self, Invalid> {
        let mut rules = Vec::new();
        for entry in raw
            .split(|c: char| c.is_whitespace() || c == ',')
            .filter(|entry| !entry.is_empty())
        {
            let rule = parse_network(entry).ok_or_else(|| {
                let shown: String = entry.chars().filter(|c| !c.is_control()).take(45).collect();
                Invalid(format!(
                    "“{shown}” is neither an address nor a network. Write 203.0.113.7, 10.0.0.0/8 or 2001:db8::/32."
                ))
            })?;
            if !rules.contains(&rule) {
                rules.push(rule);
            }
            if rules.len() > Self::MOST {
                return Err(Invalid(format!(
                    "List {} addresses or networks at most.",
                    Self::MOST
                )));
            }
        }
        Ok(Self(rules))
    }

    /// Whether any address may use the key.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The networks.
    pub fn networks(&self) -> &[IpNet] {
        &self.0
    }

    /// The networks of this list that no network of the other one holds.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let alone = |network: &&IpNet| !other.0.iter().any(|held| held.contains(*network));
        Self(self.0.iter().filter(alone).copied().collect())
    }

    /// Each network as it is stored.
    pub fn texts(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|network| text(*network))
    }

    /// Whether a call from `address` passes. An address that is not known passes only where there are no rules.
    pub fn allow(&self, address: Option<IpAddr>) -> bool {
        self.0.is_empty()
            || address.is_some_and(|address| {
                let address = address.to_canonical();
                self.0.iter().any(|network| network.contains(&address))
            })
    }
}

/// An address or a network in CIDR notation. Host bits are cleared, and IPv4 in IPv6 is IPv4 (RFC 4291, 2.5.5.2): a
/// network that holds IPv4 in IPv6 and more is none.
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

/// The networks with a space between, as they are stored; [`IpRules::parse`] reads them.
impl fmt::Display for IpRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, text) in self.texts().enumerate() {
            let gap = if n == 0 { "" } else { " " };
            write!(f, "{gap}{text}")?;
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
    fn rules_are_normalised() {
        let rules = IpRules::parse("10.1.2.3/8, ::ffff:192.0.2.1\n2001:db8::1/32 10.9.9.9/8")
            .expect("valid");
        assert_eq!(rules.to_string(), "10.0.0.0/8 192.0.2.1 2001:db8::/32");
    }

    #[test]
    fn one_bad_entry_refuses_the_whole_list() {
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
    fn an_unknown_address_fails_a_list_and_passes_none() {
        assert!(IpRules::default().allow(None));
        assert!(!IpRules::parse("0.0.0.0/0").expect("valid").allow(None));
        let mapped = "::ffff:10.1.1.1".parse().ok();
        assert!(IpRules::parse("10.0.0.0/8").expect("valid").allow(mapped));
    }

    proptest! {
        #[test]
        fn a_network_holds_what_shares_its_prefix(address: u32, network: u32, prefix in 0_u32..=32) {
            let mask = u32::MAX.checked_shl(32 - prefix).unwrap_or(0);
            let rules = IpRules::parse(&format!("{}/{prefix}", std::net::Ipv4Addr::from(network))).expect("valid");
            let passes = rules.allow(Some(IpAddr::V4(address.into())));
            prop_assert_eq!(passes, address & mask == network & mask);
        }

        #[test]
        fn an_ipv6_network_holds_what_shares_its_prefix(address: u128, network: u128, shared in 0_u32..=128, prefix in 0_u32..=128) {
            // Two random addresses would hardly ever share a prefix. The first bit keeps both out of IPv4 in IPv6.
            let keep = u128::MAX.checked_shl(128 - shared).unwrap_or(0);
            let network = network | 1 << 127;
            let address = (network & keep | address & !keep) | 1 << 127;
            let mask = u128::MAX.checked_shl(128 - prefix).unwrap_or(0);
            let rules = IpRules::parse(&format!("{}/{prefix}", std::net::Ipv6Addr::from(network))).expect("valid");
            let passes = rules.allow(Some(IpAddr::V6(address.into())));
            prop_assert_eq!(passes, address & mask == network & mask);
            prop_assert_eq!(IpRules::parse(&rules.to_string()), Ok(rules));
        }

        #[test]
        fn nothing_typed_panics(text in "\\PC{0,80}") {
            if let Ok(rules) = IpRules::parse(&text) {
                prop_assert_eq!(IpRules::parse(&rules.to_string()), Ok(rules));
            }
        }
    }
}
