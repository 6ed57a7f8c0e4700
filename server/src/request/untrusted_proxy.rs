//! A warning about a proxy that is not trusted: all of its clients share one address, and one limit of failed sign-ins.

use http::HeaderMap;
use std::{
    net::IpAddr,
    sync::atomic::{AtomicBool, Ordering},
};

/// Warns once; the flag says whether it has.
#[derive(Debug, Default)]
pub(super) struct UntrustedProxyWarning(AtomicBool);

impl UntrustedProxyWarning {
    /// Logs a warning about the first request with `X-Forwarded-For` from a peer that is not trusted.
    pub(super) fn check(&self, peer: Option<IpAddr>, trusted: bool, headers: &HeaderMap) {
        if let Some(peer) = peer
            && self.is_first(trusted, headers)
        {
            tracing::warn!(
                %peer,
                "X-Forwarded-For from an untrusted peer is ignored. If the peer is your proxy, add it to LATCHKEY_TRUSTED_PROXIES: \
                 until then all of its clients count as one address. If it is not, a client may be forging the header"
            );
        }
    }

    fn is_first(&self, trusted: bool, headers: &HeaderMap) -> bool {
        // The load comes first, so that no request writes to the flag after the warning.
        !trusted
            && !self.0.load(Ordering::Relaxed)
            && headers.contains_key("x-forwarded-for")
            && !self.0.swap(true, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn only_the_first_forwarded_request_of_an_untrusted_peer_is_reported() {
        let warning = UntrustedProxyWarning::default();
        let plain = HeaderMap::new();
        let mut forwarded = HeaderMap::new();
        forwarded.insert("x-forwarded-for", HeaderValue::from_static("192.0.2.1"));
        assert!(!warning.is_first(false, &plain));
        assert!(!warning.is_first(true, &forwarded));
        assert!(warning.is_first(false, &forwarded));
        assert!(!warning.is_first(false, &forwarded));
    }
}
