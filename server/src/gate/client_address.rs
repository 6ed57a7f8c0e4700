//! Who is calling, when proxies stand between.

use http::{HeaderMap, HeaderName};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The networks whose `X-Forwarded-For` is believed; none by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Reads addresses and CIDR networks with commas or white space between.
    ///
    /// # Errors
    /// The first entry that is neither.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.split(|c: char| c == ',' || c.is_whitespace())
            .filter(|entry| !entry.is_empty())
            .map(|entry| {
                entry
                    .parse::<IpNet>()
                    .or_else(|_| {
                        entry
                            .parse::<IpAddr>()
                            .map(|address| IpNet::from(address.to_canonical()))
                    })
                    .map_err(|_| entry.to_owned())
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether `address` is one of them.
    pub fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// The socket's address, unless the peer is a trusted proxy: then the first address of `X-Forwarded-For`, read from the
/// right, that is not one. `None` where that address cannot be read, which fails a key with a list of addresses.
pub fn client_address(
    peer: Option<IpAddr>,
    headers: &HeaderMap,
    proxies: &TrustedProxies,
) -> Option<IpAddr> {
    let peer = peer?.to_canonical();
    if !proxies.contain(peer) {
        return Some(peer);
    }
    let mut client = peer;
    // Several lines are one list (RFC 9110, 5.3), so the last line is the nearest.
    for line in headers.get_all(X_FORWARDED_FOR).iter().rev() {
        for entry in line.to_str().ok()?.rsplit(',') {
            client = parse(entry.trim())?;
            if !proxies.contain(client) {
                return Some(client);
            }
        }
    }
    Some(client)
}

/// An address; some proxies add the port, and brackets with it.
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
    fn what_a_stranger_says_of_itself_is_ignored() {
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
    fn a_trusted_list_is_walked_from_the_right() {
        let long = [b"1.1.1.1, ".repeat(1_000), b"203.0.113.7".to_vec()].concat();
        let table: &[(&[&[u8]], Option<&str>)] = &[
            (&[], Some(PROXY)),
            (&[b"203.0.113.7"], Some("203.0.113.7")),
            (&[b"  203.0.113.7  "], Some("203.0.113.7")),
            // Whatever the client wrote itself stands on the left.
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
            // What cannot be read is not guessed.
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
    fn a_caller_without_a_socket_is_unknown() {
        assert_eq!(found("no address", &[b"203.0.113.7"]), None);
    }
}
