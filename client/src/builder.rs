//! The configuration of the client.

use crate::{
    Clock, Invalid, RequireKey, SystemClock,
    address::{self, Find},
    cache::Cache,
    gate::Gate,
    transport::{self, Transport},
};
use bytes::Bytes;
use domain::{
    host::is_loopback_host,
    key::token::{self, KeyId},
};
use http::{HeaderValue, Request, Response, Uri, request::Parts};
use http_body_util::Full;
use std::{error::Error, fmt, net::IpAddr, sync::Arc, time::Duration};
use tower::Service;
use zeroize::Zeroizing;

/// The maximum lifetime of a cached answer.
pub const MAX_CACHE_LIFETIME: Duration = Duration::from_secs(10);

/// The default of [`Builder::timeout`].
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(2);

/// The path of the gate's endpoint.
const VERIFY_PATH: &str = "/v1/keys/verify";

/// The error of an invalid configuration.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// The gate's address is not an origin.
    #[error(
        "the gate's address is not an origin: write https://, a host and, if needed, a port, without a path"
    )]
    Address,
    /// The gate is on another machine and has no TLS.
    #[error(
        "the gate is on another machine and its address is http://, which would send secrets unencrypted: write https://"
    )]
    InsecureAddress,
    /// The service's own key id is malformed.
    #[error("the service's own key is not a key id: it starts with akl_ or akt_")]
    Key,
    /// The service's own secret is malformed. The message does not contain it.
    #[error("the service's own secret is not a secret, or a character is missing or wrong")]
    Secret,
    /// The time-out is zero.
    #[error("the time-out must be greater than zero")]
    Timeout,
    /// The cache's lifetime or capacity is zero, or its lifetime exceeds [`MAX_CACHE_LIFETIME`].
    #[error(
        "the cache needs a capacity of at least one and a lifetime of more than zero and at most ten seconds"
    )]
    Cache,
    /// TLS cannot be configured.
    #[error("TLS cannot be configured: {0}")]
    Tls(String),
}

/// A client of the gate. Clones share their connections and cache, so create it once.
#[derive(Clone)]
pub struct Latchkey(pub(crate) Arc<Inner>);

/// The shared state of a [`Latchkey`].
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
    /// Returns a builder for the gate's origin, such as `https://keys.example.com`, and the service's own credentials, whose
    /// key needs the scope `key:verify`. `http://` is allowed only for a gate on this machine.
    pub fn builder(gate: &str, key: &str, secret: impl Into<Zeroizing<String>>) -> Builder {
        Builder {
            gate: gate.to_owned(),
            key: key.to_owned(),
            secret: secret.into(),
            timeout: DEFAULT_TIMEOUT,
            address: address::default_find(),
            cache: None,
            clock: Arc::new(SystemClock::default()),
            tls: None,
        }
    }

    /// Returns a layer that accepts requests whose key has all of these scopes, separated by spaces. An empty text accepts
    /// any key of the account.
    ///
    /// # Errors
    /// If a scope is unknown.
    pub fn require(&self, scopes: &str) -> Result<RequireKey, Invalid> {
        Ok(RequireKey {
            inner: self.0.clone(),
            scopes: scopes.parse()?,
        })
    }
}

/// Builds a [`Latchkey`].
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
    /// Sets the time-out of a call of the gate, after which the answer is `verification_unavailable`. Two seconds by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the function that determines the client's address. The default with the feature `axum` is
    /// [`connect_info`](crate::connect_info).
    pub fn address(
        mut self,
        find: impl Fn(&Parts) -> Option<IpAddr> + Send + Sync + 'static,
    ) -> Self {
        self.address = Arc::new(find);
        self
    }

    /// Caches up to `capacity` accepted answers for `lifetime`, at most [`MAX_CACHE_LIFETIME`]. **A revoked key may be accepted
    /// for that long.** Off by default; see the crate's documentation.
    pub fn cache(mut self, lifetime: Duration, capacity: usize) -> Self {
        self.cache = Some((lifetime, capacity));
        self
    }

    /// Sets the clock of the cache, for tests.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Sets the TLS configuration, for a gate with a certificate of a private authority. The default has Mozilla's root
    /// certificates.
    pub fn tls(mut self, config: rustls::ClientConfig) -> Self {
        self.tls = Some(config);
        self
    }

    /// Builds the client with its own HTTP client.
    ///
    /// # Errors
    /// The first invalid setting.
    pub fn build(mut self) -> Result<Latchkey, BuildError> {
        let transport = transport::connect(self.tls.take())
            .map_err(|error| BuildError::Tls(error.to_string()))?;
        self.build_with(transport)
    }

    /// Builds the client with another HTTP client as a tower service, or with the gate itself in a test.
    ///
    /// # Errors
    /// As [`Builder::build`].
    pub fn build_over<S, B>(self, service: S) -> Result<Latchkey, BuildError>
    where
        S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<Box<dyn Error + Send + Sync>>,
        S::Future: Send + 'static,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        self.build_with(transport::boxed(service))
    }

    fn build_with(self, transport: Transport) -> Result<Latchkey, BuildError> {
        let origin = origin(&self.gate)?;
        let address = format!("{origin}{VERIFY_PATH}")
            .parse()
            .map_err(|_| BuildError::Address)?;
        self.key.parse::<KeyId>().map_err(|_| BuildError::Key)?;
        if !token::is_secret(&self.secret) {
            return Err(BuildError::Secret);
        }
        if self.timeout.is_zero() {
            return Err(BuildError::Timeout);
        }
        let cache = match self.cache {
            None => None,
            Some((lifetime, capacity))
                if !lifetime.is_zero() && lifetime <= MAX_CACHE_LIFETIME && capacity > 0 =>
            {
                Some(Cache::new(self.clock, lifetime, capacity))
            }
            Some(_) => return Err(BuildError::Cache),
        };
        let key = HeaderValue::from_str(&self.key).map_err(|_| BuildError::Key)?;
        // The bytes are wiped with their last copy.
        let mut secret = HeaderValue::from_maybe_shared(Bytes::from_owner(self.secret))
            .map_err(|_| BuildError::Secret)?;
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

/// Parses an origin: scheme, host and port.
fn origin(text: &str) -> Result<String, BuildError> {
    let uri: Uri = text.trim().parse().map_err(|_| BuildError::Address)?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(BuildError::Address);
    };
    let plain = matches!(uri.path(), "" | "/") && uri.query().is_none();
    if !plain || authority.as_str().contains('@') || authority.host().is_empty() {
        return Err(BuildError::Address);
    }
    match scheme {
        "https" => {}
        "http" if is_loopback_host(authority.host()) => {}
        "http" => return Err(BuildError::InsecureAddress),
        _ => return Err(BuildError::Address),
    }
    Ok(format!("{scheme}://{authority}"))
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
    fn http_is_allowed_only_on_the_same_machine() {
        for (gate, expected) in [
            (GATE, None),
            ("https://keys.example.com:8443/", None),
            ("http://127.0.0.1:3000", None),
            ("http://[::1]:3000", None),
            ("http://localhost:3000", None),
            ("http://keys.example.com", Some(BuildError::InsecureAddress)),
            ("http://10.0.0.1", Some(BuildError::InsecureAddress)),
            (
                "http://127.0.0.1.example.com",
                Some(BuildError::InsecureAddress),
            ),
            (
                "http://localhost.example.com",
                Some(BuildError::InsecureAddress),
            ),
            ("keys.example.com", Some(BuildError::Address)),
            ("ftp://keys.example.com", Some(BuildError::Address)),
            ("https://keys.example.com/v1", Some(BuildError::Address)),
            ("https://keys.example.com?x", Some(BuildError::Address)),
            ("https://me:pw@keys.example.com", Some(BuildError::Address)),
            ("http://me@localhost", Some(BuildError::Address)),
            ("", Some(BuildError::Address)),
        ] {
            assert_eq!(builder(gate).build().err(), expected, "{gate}");
        }
    }

    #[test]
    fn invalid_settings_are_errors_of_the_builder() {
        let second = Duration::from_secs(1);
        let wrong = |builder: Builder| builder.build().err();
        assert_eq!(
            wrong(Latchkey::builder(GATE, "x", secret())),
            Some(BuildError::Key)
        );
        let cut = secret()[..50].to_owned();
        assert_eq!(
            wrong(Latchkey::builder(GATE, KEY, cut)),
            Some(BuildError::Secret)
        );
        assert_eq!(
            wrong(builder(GATE).timeout(Duration::ZERO)),
            Some(BuildError::Timeout)
        );
        for (lifetime, capacity, expected) in [
            (10 * second, 1, None),
            (
                10 * second + Duration::from_millis(1),
                1,
                Some(BuildError::Cache),
            ),
            (Duration::ZERO, 1, Some(BuildError::Cache)),
            (second, 0, Some(BuildError::Cache)),
        ] {
            assert_eq!(wrong(builder(GATE).cache(lifetime, capacity)), expected);
        }
    }

    #[test]
    fn debug_output_does_not_contain_the_secret() {
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
