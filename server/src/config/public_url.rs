//! Where browsers reach the server.

use http::Uri;
use std::net::SocketAddr;

/// An origin: scheme, host, and the port where it is not the usual one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    secure: bool,
}

impl PublicUrl {
    /// Reads a URL that is nothing but an origin.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let uri: Uri = text.trim().parse().map_err(|_| "is no URL")?;
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
        let host = authority.host().to_ascii_lowercase();
        if host.is_empty() {
            return Err("names no host");
        }
        let scheme = if secure { "https" } else { "http" };
        let usual = if secure { 443 } else { 80 };
        let origin = match authority.port_u16() {
            Some(port) if port != usual => format!("{scheme}://{host}:{port}"),
            _ => format!("{scheme}://{host}"),
        };
        Ok(Self { origin, secure })
    }

    /// The URL of a server that nothing stands in front of.
    pub fn of_listener(listen: SocketAddr) -> Self {
        Self::parse(&format!("http://{listen}")).unwrap_or(Self {
            origin: format!("http://{listen}"),
            secure: false,
        })
    }

    /// As browsers send it in `Origin`, without a slash at the end.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether it is https: decides `Secure` cookies and HSTS.
    pub const fn is_secure(&self) -> bool {
        self.secure
    }
}

#[cfg(test)]
mod tests {
    use super::PublicUrl;

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        for (text, origin) in [
            ("https://Keys.Example.com/", "https://keys.example.com"),
            ("https://keys.example.com:443", "https://keys.example.com"),
            ("http://[::1]:3000", "http://[::1]:3000"),
            ("http://localhost:80", "http://localhost"),
        ] {
            assert_eq!(PublicUrl::parse(text).expect("valid").origin(), origin);
        }
    }
}
