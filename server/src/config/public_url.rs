//! The public origin of the server, and the host names that it accepts.

use app::context::Site;
use domain::host::is_loopback_host;
use http::uri::{Authority, Uri};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// The default port of `LATCHKEY_LISTEN`.
const DEFAULT_LISTEN_PORT: u16 = 3_000;

/// The public origin: scheme, host, and the port where it is not the default one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    secure: bool,
    host: String,
    port: u16,
    other_hosts: OtherHosts,
}

/// The hosts that are accepted beside the URL's own. They are addresses or names of this machine, so that no other name can
/// be pointed here (DNS rebinding).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OtherHosts {
    None,
    /// Loopback names and addresses, with any port: a tunnel or a container may map it.
    Loopback,
    /// The same, and every IP address, because the server listens on all of them.
    LoopbackAndAddresses,
}

impl PublicUrl {
    /// Parses a URL that consists of an origin.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let uri: Uri = text.trim().parse().map_err(|_| "is not a URL")?;
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err("does not begin with http:// or https://"),
        };
        let authority = uri.authority().ok_or("names no host")?;
        if authority.as_str().contains('@') {
            return Err("names a user");
        }
        if uri.path() != "/" || uri.query().is_some() || text.contains('#') {
            return Err("has more than a host and a port");
        }
        let (host, port) = split_authority(authority).ok_or("names no host, or an invalid port")?;
        let other_hosts = if is_loopback_name(&host) {
            OtherHosts::Loopback
        } else {
            OtherHosts::None
        };
        let port = port.unwrap_or(default_port(secure));
        Ok(Self {
            origin: origin(secure, &host, port),
            secure,
            host,
            port,
            other_hosts,
        })
    }

    /// The URL of a server without a proxy in front.
    pub fn of_listener(listen: SocketAddr) -> Self {
        let host = match listen.ip() {
            IpAddr::V4(v4) => v4.to_string(),
            IpAddr::V6(v6) => format!("[{v6}]"),
        };
        Self {
            origin: origin(false, &host, listen.port()),
            secure: false,
            other_hosts: if listen.ip().is_unspecified() {
                OtherHosts::LoopbackAndAddresses
            } else {
                OtherHosts::Loopback
            },
            host,
            port: listen.port(),
        }
    }

    /// Returns the origin as in the header `Origin`, without a slash at the end.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether the scheme is https, which decides `Secure` cookies and HSTS.
    pub const fn is_secure(&self) -> bool {
        self.secure
    }

    /// Returns the site for a request with this `Host`; `None` where the host is not accepted.
    pub fn site(&self, host: Option<&str>) -> Option<Site> {
        let Some(host) = host else {
            return Some(self.own_site());
        };
        let (name, port) = split_authority(&host.parse().ok()?)?;
        let is_other_host = match self.other_hosts {
            OtherHosts::None => false,
            OtherHosts::Loopback => is_loopback_name(&name),
            OtherHosts::LoopbackAndAddresses => is_loopback_name(&name) || address(&name).is_some(),
        };
        if is_other_host {
            let port = port.unwrap_or(default_port(self.secure));
            return Some(Site {
                origin: origin(self.secure, &name, port).into(),
                secure: self.secure,
                cookie_suffix: cookie_suffix(self.secure, port),
            });
        }
        // A proxy may omit the port.
        (name == self.host).then(|| self.own_site())
    }

    fn own_site(&self) -> Site {
        Site {
            origin: self.origin.as_str().into(),
            secure: self.secure,
            cookie_suffix: cookie_suffix(self.secure, self.port),
        }
    }
}

/// Returns host and port of an authority, the host in lower case; `None` where [`host_and_port`] is.
fn split_authority(authority: &Authority) -> Option<(String, Option<u16>)> {
    let (host, port) = host_and_port(authority)?;
    Some((host.to_ascii_lowercase(), port))
}

/// Returns host and port of an authority; `None` where it has a user, no host or an invalid port.
pub fn host_and_port(authority: &Authority) -> Option<(&str, Option<u16>)> {
    let host = authority.host();
    let rest = authority.as_str().strip_prefix(host)?;
    let port = match rest.strip_prefix(':') {
        Some("") => None,
        Some(port) => Some(port.parse().ok()?),
        None if rest.is_empty() => None,
        None => return None,
    };
    let host = host.strip_suffix('.').unwrap_or(host);
    (!host.is_empty()).then_some((host, port))
}

const fn default_port(secure: bool) -> u16 {
    if secure { 443 } else { 80 }
}

fn origin(secure: bool, host: &str, port: u16) -> String {
    let scheme = if secure { "https" } else { "http" };
    if port == default_port(secure) {
        format!("{scheme}://{host}")
    } else {
        format!("{scheme}://{host}:{port}")
    }
}

/// Returns the suffix of cookie names. Cookies are shared by all ports of a host; the suffix separates its servers.
const fn cookie_suffix(secure: bool, port: u16) -> Option<u16> {
    let plain = if secure { 443 } else { DEFAULT_LISTEN_PORT };
    if port == plain { None } else { Some(port) }
}

fn address(host: &str) -> Option<IpAddr> {
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    match bare {
        Some(v6) => v6.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        None => host.parse().ok().filter(IpAddr::is_ipv4),
    }
}

/// As [`is_loopback_host`], and the names that browsers take to be this machine.
fn is_loopback_name(host: &str) -> bool {
    is_loopback_host(host) || host.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::PublicUrl;

    #[test]
    fn an_origin_is_normalized_like_in_browsers() {
        for (text, origin) in [
            ("https://Keys.Example.com/", "https://keys.example.com"),
            ("https://keys.example.com:443", "https://keys.example.com"),
            ("http://[::1]:3000", "http://[::1]:3000"),
            ("http://localhost:80", "http://localhost"),
        ] {
            assert_eq!(PublicUrl::parse(text).expect("valid").origin(), origin);
        }
        assert!(PublicUrl::parse("http://localhost:99999").is_err());
        for listen in ["127.0.0.1:3000", "[::1]:3000", "0.0.0.0:80"] {
            let url = PublicUrl::of_listener(listen.parse().expect("an address"));
            assert_eq!(
                url,
                PublicUrl {
                    other_hosts: url.other_hosts,
                    ..PublicUrl::parse(url.origin()).expect("valid")
                }
            );
        }
    }

    /// Checks the origin of the site for each `Host`.
    fn assert_sites(url: &PublicUrl, sites: &[(&str, Option<&str>)]) {
        for (host, origin) in sites {
            let site = url.site(Some(host));
            let found = site.as_ref().map(|site| &*site.origin);
            assert_eq!(found, *origin, "{host} at {url:?}");
        }
        let nameless = url.site(None).expect("the URL's own");
        assert_eq!(&*nameless.origin, url.origin());
    }

    #[test]
    fn only_the_public_host_name_is_accepted() {
        let ours = Some("https://keys.example.com");
        assert_sites(
            &PublicUrl::parse("https://keys.example.com").expect("valid"),
            &[
                ("keys.example.com", ours),
                ("KEYS.example.com", ours),
                ("keys.example.com.", ours),
                ("keys.example.com:443", ours),
                ("keys.example.com:8443", ours),
                ("localhost", None),
                ("127.0.0.1:3000", None),
                ("evil.example", None),
                ("keys.example.com.evil.example", None),
                ("evil.example:443", None),
                ("me@keys.example.com", None),
                ("keys.example.com:99999", None),
                ("keys.example.com:x", None),
                ("keys example.com", None),
                ("keys.example.com/x", None),
                ("", None),
                (":3000", None),
            ],
        );
    }

    #[test]
    fn a_server_on_loopback_accepts_all_loopback_names_and_no_others() {
        let url = PublicUrl::of_listener("127.0.0.1:3000".parse().expect("an address"));
        assert_sites(
            &url,
            &[
                ("127.0.0.1:3000", Some("http://127.0.0.1:3000")),
                ("localhost:3000", Some("http://localhost:3000")),
                ("localhost:8080", Some("http://localhost:8080")),
                ("[::1]:3000", Some("http://[::1]:3000")),
                ("app.localhost", Some("http://app.localhost")),
                ("192.0.2.1:3000", None),
                ("evil.example:3000", None),
                ("localhost.evil.example", None),
            ],
        );
        let everywhere = PublicUrl::of_listener("0.0.0.0:3000".parse().expect("an address"));
        assert_sites(
            &everywhere,
            &[
                ("192.0.2.1:8080", Some("http://192.0.2.1:8080")),
                ("[2001:db8::1]:3000", Some("http://[2001:db8::1]:3000")),
                ("localhost:3000", Some("http://localhost:3000")),
                ("evil.example:3000", None),
                ("192.0.2.1.evil.example", None),
            ],
        );
    }

    #[test]
    fn servers_on_different_ports_of_a_host_have_different_cookies() {
        let name = |url: &str| {
            let site = PublicUrl::parse(url).expect("valid").site(None);
            site.expect("its own").cookie("latchkey")
        };
        for (url, cookie) in [
            ("https://keys.example.com", "__Host-latchkey"),
            ("https://keys.example.com:8443", "__Host-latchkey-8443"),
            ("http://localhost:3000", "latchkey"),
            ("http://localhost:3001", "latchkey-3001"),
            ("http://localhost", "latchkey-80"),
        ] {
            assert_eq!(name(url), cookie, "{url}");
        }
    }
}
