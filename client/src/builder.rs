//! What a service says of itself and of its gate.

use crate::{
    Clock, Invalid, RequireKey, SystemClock,
    address::{self, Find},
    cache::Cache,
    gate::Gate,
    transport::{self, Transport},
};
use bytes::Bytes;
use domain::key::token::{self, KeyId};
use http::{HeaderValue, Request, Response, Uri, request::Parts};
use http_body_util::Full;
use std::{error::Error, fmt, net::IpAddr, sync::Arc, time::Duration};
use tower::Service;
use zeroize::Zeroizing;

/// For how long an accepted answer can be remembered at most.
pub const LONGEST_CACHE: Duration = Duration::from_secs(10);

/// For how long the gate may take over an answer, unless [`Builder::timeout`] says something else.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Where the gate is asked.
const DOOR: &str = "/v1/keys/verify";

/// Why no [`Latchkey`] can be made.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// The gate's address.
    #[error(
        "the gate's address is no origin: write https://, a host, a port where it is not the usual one, and no path"
    )]
    Address,
    /// Secrets would travel in the clear.
    #[error(
        "the gate is on another machine and its address is http://, so that secrets would travel in the clear: write https://"
    )]
    InTheClear,
    /// The service's own key id.
    #[error("the service's own key is no key id: it begins with akl_ or akt_")]
    Key,
    /// The service's own secret; what it is stays unsaid.
    #[error("the service's own secret is none, or a character of it is missing or wrong")]
    Secret,
    /// A time-out of nothing.
    #[error("the gate needs some time to answer: give it more than none")]
    Timeout,
    /// A cache that promises too much, or nothing.
    #[error(
        "answers can be remembered for up to ten seconds, one at least: name more than none and no more than that"
    )]
    Cache,
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}

/// The gate, as one service asks it. A clone is the same one: make it once.
#[derive(Clone)]
pub struct Latchkey(pub(crate) Arc<Inner>);

/// What a [`Latchkey`] is made of.
pub(crate) struct Inner {
    pub gate: Gate,
    pub address: Find,
    pub cache: Option<Cache>,
}

impl fmt::Debug for Latchkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Latchkey")
            .field(&self.0.gate.origin)
            .finish()
    }
}

impl Latchkey {
    /// Begins with the gate's origin, such as `https://keys.example.com`, and the service's own pair, whose key needs the
    /// scope `key:verify`. `http://` is for a gate on this machine alone.
    pub fn builder(gate: &str, key: &str, secret: impl Into<Zeroizing<String>>) -> Builder {
        Builder {
            gate: gate.to_owned(),
            key: key.to_owned(),
            secret: secret.into(),
            timeout: TIMEOUT,
            address: address::usual(),
            cache: None,
            clock: Arc::new(SystemClock::default()),
            tls: None,
        }
    }

    /// A layer that lets a request pass whose key has all of these scopes: one or several, with spaces between. None is
    /// any key of the account.
    ///
    /// # Errors
    /// Where there is no such scope.
    pub fn require(&self, scopes: &str) -> Result<RequireKey, Invalid> {
        Ok(RequireKey {
            inner: self.0.clone(),
            scopes: scopes.parse()?,
        })
    }
}

/// Makes a [`Latchkey`].
#[must_use]
pub struct Builder {
    gate: String,
    key: String,
    secret: Zeroizing<String>,
    timeout: Duration,
    address: Find,
    cache: Option<(Duration, usize)>,
    clock: Arc<dyn Clock>,
    tls: Option<rustls::ClientConfig>,
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("timeout", &self.timeout)
            .field("cache", &self.cache)
            .finish_non_exhaustive()
    }
}

impl Builder {
    /// For how long the gate may take over an answer; then it is `verification_unavailable`. Two seconds, unless set.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Finds the address of a request's client. Without it, and with the feature `axum`, it is
    /// [`connect_info`](crate::connect_info).
    pub fn address(
        mut self,
        find: impl Fn(&Parts) -> Option<IpAddr> + Send + Sync + 'static,
    ) -> Self {
        self.address = Arc::new(find);
        self
    }

    /// Remembers up to `most` accepted answers, each for `lifetime`, which is at most [`LONGEST_CACHE`]. **A key that is
    /// revoked may pass for that long.** Off, unless asked for; the crate's documentation says what else it means.
    pub fn cache(mut self, lifetime: Duration, most: usize) -> Self {
        self.cache = Some((lifetime, most));
        self
    }

    /// Tells the age of what is remembered: for tests.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Whom to believe: a gate with a certificate of one's own authority. Without it, the roots of Mozilla's programme.
    pub fn tls(mut self, config: rustls::ClientConfig) -> Self {
        self.tls = Some(config);
        self
    }

    /// Makes it, with connections of its own.
    ///
    /// # Errors
    /// Names the first thing that is wrong.
    pub fn build(mut self) -> Result<Latchkey, Wrong> {
        let transport =
            transport::connect(self.tls.take()).map_err(|error| Wrong::Tls(error.to_string()))?;
        self.build_with(transport)
    }

    /// Makes it, with a service that carries the questions to the gate: an HTTP client of one's own, or, in a test, the
    /// gate itself.
    ///
    /// # Errors
    /// As [`Builder::build`].
    pub fn build_over<S, B>(self, service: S) -> Result<Latchkey, Wrong>
    where
        S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<Box<dyn Error + Send + Sync>>,
        S::Future: Send + 'static,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        self.build_with(transport::boxed(service))
    }

    fn build_with(self, transport: Transport) -> Result<Latchkey, Wrong> {
        let origin = origin(&self.gate)?;
        let address = format!("{origin}{DOOR}")
            .parse()
            .map_err(|_| Wrong::Address)?;
        self.key.parse::<KeyId>().map_err(|_| Wrong::Key)?;
        if !token::is_secret(&self.secret) {
            return Err(Wrong::Secret);
        }
        if self.timeout.is_zero() {
            return Err(Wrong::Timeout);
        }
        let cache = match self.cache {
            None => None,
            Some((lifetime, most))
                if !lifetime.is_zero() && lifetime <= LONGEST_CACHE && most > 0 =>
            {
                Some(Cache::new(self.clock, lifetime, most))
            }
            Some(_) => return Err(Wrong::Cache),
        };
        let key = HeaderValue::from_str(&self.key).map_err(|_| Wrong::Key)?;
        // Bytes that are wiped with their last copy.
        let mut secret = HeaderValue::from_maybe_shared(Bytes::from_owner(self.secret))
            .map_err(|_| Wrong::Secret)?;
        secret.set_sensitive(true);
        Ok(Latchkey(Arc::new(Inner {
            gate: Gate {
                transport,
                address,
                origin,
                key,
                secret,
                timeout: self.timeout,
            },
            address: self.address,
            cache,
        })))
    }
}

/// Scheme, host and port, without a slash at the end.
fn origin(text: &str) -> Result<String, Wrong> {
    let uri: Uri = text.trim().parse().map_err(|_| Wrong::Address)?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(Wrong::Address);
    };
    let plain = matches!(uri.path(), "" | "/") && uri.query().is_none();
    if !plain || authority.as_str().contains('@') || authority.host().is_empty() {
        return Err(Wrong::Address);
    }
    match scheme {
        "https" => {}
        "http" if is_here(authority.host()) => {}
        "http" => return Err(Wrong::InTheClear),
        _ => return Err(Wrong::Address),
    }
    Ok(format!("{scheme}://{authority}"))
}

/// Whether a host is this machine, whoever answers for names.
fn is_here(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::key::Environment;

    const GATE: &str = "https://keys.example.com";
    const KEY: &str = "akl_0000000000000001";

    fn secret() -> String {
        token::format_secret(Environment::Live, &[7; 32])
    }

    fn builder(gate: &str) -> Builder {
        Latchkey::builder(gate, KEY, secret())
    }

    #[test]
    fn secrets_travel_in_the_clear_on_one_machine_alone() {
        for (gate, expected) in [
            (GATE, None),
            ("https://keys.example.com:8443/", None),
            ("http://127.0.0.1:3000", None),
            ("http://[::1]:3000", None),
            ("http://localhost:3000", None),
            ("http://keys.example.com", Some(Wrong::InTheClear)),
            ("http://10.0.0.1", Some(Wrong::InTheClear)),
            ("http://127.0.0.1.example.com", Some(Wrong::InTheClear)),
            ("http://localhost.example.com", Some(Wrong::InTheClear)),
            ("keys.example.com", Some(Wrong::Address)),
            ("ftp://keys.example.com", Some(Wrong::Address)),
            ("https://keys.example.com/v1", Some(Wrong::Address)),
            ("https://keys.example.com?x", Some(Wrong::Address)),
            ("https://me:pw@keys.example.com", Some(Wrong::Address)),
            ("http://me@localhost", Some(Wrong::Address)),
            ("", Some(Wrong::Address)),
        ] {
            assert_eq!(builder(gate).build().err(), expected, "{gate}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_before_the_first_request() {
        let second = Duration::from_secs(1);
        let wrong = |builder: Builder| builder.build().err();
        assert_eq!(
            wrong(Latchkey::builder(GATE, "x", secret())),
            Some(Wrong::Key)
        );
        let cut = secret()[..50].to_owned();
        assert_eq!(
            wrong(Latchkey::builder(GATE, KEY, cut)),
            Some(Wrong::Secret)
        );
        assert_eq!(
            wrong(builder(GATE).timeout(Duration::ZERO)),
            Some(Wrong::Timeout)
        );
        for (lifetime, most, expected) in [
            (10 * second, 1, None),
            (
                10 * second + Duration::from_millis(1),
                1,
                Some(Wrong::Cache),
            ),
            (Duration::ZERO, 1, Some(Wrong::Cache)),
            (second, 0, Some(Wrong::Cache)),
        ] {
            assert_eq!(wrong(builder(GATE).cache(lifetime, most)), expected);
        }
    }

    #[test]
    fn nothing_that_is_printed_holds_the_secret() {
        let secret = secret();
        let builder = builder(GATE).cache(Duration::from_secs(1), 1);
        let before = format!("{builder:?}");
        let latchkey = builder.build().expect("right");
        let layer = latchkey.require("invoice:read").expect("a scope");
        let after = format!("{latchkey:?} {layer:?} {:?}", latchkey.0.gate.secret);
        let printed = before + &after;
        assert!(!printed.contains(&secret), "{printed}");
        assert!(latchkey.require("invoice:fly").is_err());
    }
}
