//! The client's address behind trusted proxies.

use domain::key::ip_rule::parse_network;
use http::{HeaderMap, HeaderName};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The networks whose `X-Forwarded-For` is trusted; none by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Parses addresses and CIDR networks separated by commas or white space.
    ///
    /// # Errors
    /// The first invalid entry.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.split(|c: char| c == ',' || c.is_whitespace())
            .filter(|entry| !entry.is_empty())
            .map(|entry| parse_network(entry).ok_or_else(|| entry.to_owned()))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether `address` is a trusted proxy.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// Returns the socket's address. If the peer is a trusted proxy, returns the rightmost address of `X-Forwarded-For` that is
/// not a trusted proxy instead, or `None` if that address is invalid, which keys with IP rules refuse.
pub fn client_address(
    peer: Option<IpAddr>,
    headers: &HeaderMap,
    proxies: &TrustedProxies,
) -> Option<IpAddr> {
    let peer = peer?.to_canonical();
    if !proxies.contains(peer) {
        return Some(peer);
    }
    let mut client = peer;
    // Several headers form one list (RFC 9110, 5.3), so the last one was added by the nearest proxy.
    for line in headers.get_all(X_FORWARDED_FOR).iter().rev() {
        for entry in line.to_str().ok()?.rsplit(',') {
            client = parse(entry.trim())?;
            if !proxies.contains(client) {
                return Some(client);
            }
        }
    }
    Some(client)
}

/// Parses an address, optionally with a port and brackets, as some proxies write it.
fn parse(entry: &str) -> Option<IpAddr> {
    entry
        .parse::<IpAddr>()
        .or_else(|_| entry.parse::<SocketAddr>().map(|socket| socket.ip()))
        .ok()
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;
    use std::net::Ipv4Addr;

    const PROXY: &str = "10.0.0.1";

    fn found(peer: &str, lines: &[&[u8]]) -> Option<String> {
        let proxies = TrustedProxies::parse("10.0.0.0/8, 2001:db8::1").expect("valid");
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(
                X_FORWARDED_FOR,
                HeaderValue::from_bytes(line).expect("a value"),
            );
        }
        client_address(peer.parse().ok(), &headers, &proxies).map(|address| address.to_string())
    }

    #[test]
    fn the_header_of_an_untrusted_peer_is_ignored() {
        for lines in [
            &[b"203.0.113.7".as_slice()] as &[&[u8]],
            &[b"10.0.0.9"],
            &[b"x"],
            &[],
        ] {
            assert_eq!(
                found("198.51.100.2", lines).as_deref(),
                Some("198.51.100.2")
            );
        }
        let mapped = found("::ffff:198.51.100.2", &[b"203.0.113.7"]);
        assert_eq!(mapped.as_deref(), Some("198.51.100.2"));
    }

    #[test]
    fn the_header_of_a_trusted_proxy_is_read_from_the_right() {
        let long = [b"1.1.1.1, ".repeat(1_000), b"203.0.113.7".to_vec()].concat();
        let table: &[(&[&[u8]], Option<&str>)] = &[
            (&[], Some(PROXY)),
            (&[b"203.0.113.7"], Some("203.0.113.7")),
            (&[b"  203.0.113.7  "], Some("203.0.113.7")),
            // The client's own entries are on the left.
            (&[b"1.2.3.4, 203.0.113.7"], Some("203.0.113.7")),
            (&[b"1.2.3.4", b"203.0.113.7"], Some("203.0.113.7")),
            (&[b"1.2.3.4", b"203.0.113.7, 10.2.2.2"], Some("203.0.113.7")),
            (&[b"203.0.113.7", b"10.2.2.2"], Some("203.0.113.7")),
            (&[b"unknown, 203.0.113.7"], Some("203.0.113.7")),
            (&[b"10.3.3.3, 10.2.2.2"], Some("10.3.3.3")),
            (&[b"::ffff:203.0.113.7"], Some("203.0.113.7")),
            (&[b"203.0.113.7:4711"], Some("203.0.113.7")),
            (&[b"[2001:db8::7]:443"], Some("2001:db8::7")),
            (&[b"2001:db8::7, 2001:db8::1"], Some("2001:db8::7")),
            (&[&long], Some("203.0.113.7")),
            // Invalid entries are not guessed.
            (&[b""], None),
            (&[b"unknown"], None),
            (&[b"203.0.113.7,"], None),
            (&[b"203.0.113.7, _hidden"], None),
            (&[b"203.0.113.7, 10.2.2.2, evil"], None),
            (&[b"1.2.3"], None),
            (&[b"127.1"], None),
            (&[b"0x7f.0.0.1"], None),
            (&[b"010.0.0.1"], None),
            (&[b"fe80::1%eth0"], None),
            (&[b"for=203.0.113.7"], None),
            (&[b"203.0.113.7 10.0.0.1"], None),
            (&[b"\xff"], None),
        ];
        for (lines, expected) in table {
            assert_eq!(found(PROXY, lines).as_deref(), *expected, "{lines:?}");
        }
    }

    #[test]
    fn ipv4_mapped_networks_are_ipv4_networks() {
        for (written, address, is_one) in [
            ("::ffff:10.0.0.0/104", "10.1.2.3", true),
            ("::ffff:10.0.0.0/104", "11.1.2.3", false),
            ("::ffff:10.0.0.1", "10.0.0.1", true),
            ("::ffff:0a00:1/128", "10.0.0.1", true),
            ("::ffff:0:0/96", "203.0.113.7", true),
            ("10.0.0.9/8", "::ffff:10.1.2.3", true),
            ("::/0", "2001:db8::1", true),
            ("::/0", "10.0.0.1", false),
        ] {
            let proxies = TrustedProxies::parse(written).expect("valid");
            let address = address.parse().expect("an address");
            assert_eq!(proxies.contains(address), is_one, "{address} of {written}");
        }
        for refused in [
            "::ffff:10.0.0.0/95",
            "::ffff:0:0/90",
            "10.0.0.0/33",
            "fe80::1%eth0",
            "nginx",
        ] {
            let entry = TrustedProxies::parse(refused).expect_err("no network");
            assert_eq!(entry, refused);
        }
    }

    #[test]
    fn the_address_of_a_call_without_a_peer_is_unknown() {
        assert_eq!(found("no address", &[b"203.0.113.7"]), None);
    }

    /// Returns headers with the valid ones among these lines.
    fn headers_of(lines: &[Vec<u8>]) -> HeaderMap {
        lines
            .iter()
            .filter_map(|line| HeaderValue::from_bytes(line).ok())
            .map(|line| (X_FORWARDED_FOR, line))
            .collect()
    }

    fn an_address() -> impl Strategy<Value = IpAddr> {
        prop_oneof![
            any::<u32>().prop_map(|number| IpAddr::V4(number.into())),
            any::<u128>().prop_map(|number| IpAddr::V6(number.into())),
            // Trusted addresses, also in IPv4-mapped form.
            any::<u16>().prop_map(|number| Ipv4Addr::from(0x0a00_0000 + u32::from(number)).into()),
            any::<u16>().prop_map(|number| {
                let v4 = Ipv4Addr::from(0x0a00_0000 + u32::from(number));
                IpAddr::V6(v4.to_ipv6_mapped())
            }),
        ]
    }

    proptest! {
        #[test]
        fn the_address_of_an_untrusted_peer_is_the_sockets(
            peer in an_address(),
            lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..4),
        ) {
            let none = TrustedProxies::default();
            let found = client_address(Some(peer), &headers_of(&lines), &none);
            prop_assert_eq!(found, Some(peer.to_canonical()));
        }

        #[test]
        fn any_header_is_parsed_without_a_panic_and_no_address_is_invented(
            lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 1..4),
        ) {
            let proxies = TrustedProxies::parse("10.0.0.0/8").expect("valid");
            let headers = headers_of(&lines);
            let found = client_address(PROXY.parse().ok(), &headers, &proxies);
            if let (Some(found), true) = (found, headers.contains_key(X_FORWARDED_FOR)) {
                let said = headers
                    .get_all(X_FORWARDED_FOR)
                    .iter()
                    .filter_map(|line| line.to_str().ok())
                    .flat_map(|line| line.split(','))
                    .filter_map(|entry| parse(entry.trim()))
                    .any(|address| address == found);
                prop_assert!(said, "{found} was invented");
            }
        }

        #[test]
        fn the_nearest_untrusted_address_is_the_client_or_else_the_first_one(
            entries in prop::collection::vec((an_address(), any::<bool>()), 1..8),
        ) {
            let proxies = TrustedProxies::parse("10.0.0.0/8").expect("valid");
            let mut lines: Vec<String> = Vec::new();
            for (address, same_line) in &entries {
                match lines.last_mut() {
                    Some(line) if *same_line => line.extend([", ", &address.to_string()]),
                    _ => lines.push(address.to_string()),
                }
            }
            let lines: Vec<_> = lines.into_iter().map(String::into_bytes).collect();
            let found = client_address(PROXY.parse().ok(), &headers_of(&lines), &proxies);
            let addresses = || entries.iter().map(|(address, _)| address.to_canonical());
            let nearest = addresses().rev().find(|address| !proxies.contains(*address));
            prop_assert_eq!(found, nearest.or_else(|| addresses().next()));
        }
    }
}
