//! A proxy that is not trusted: all of its clients share one address, and one limit of failed sign-ins.

use http::HeaderMap;
use std::{
    net::IpAddr,
    sync::atomic::{AtomicBool, Ordering},
};

/// Whether the warning was given.
#[derive(Debug, Default)]
pub(super) struct UntrustedProxy(AtomicBool);

impl UntrustedProxy {
    /// Warns about the first request that says whom it is forwarded for, and comes from a peer that is not believed.
    pub(super) fn look_at(&self, peer: Option<IpAddr>, trusted: bool, headers: &HeaderMap) {
        if let Some(peer) = peer
            && self.is_first(trusted, headers)
        {
            tracing::warn!(
                %peer,
                "X-Forwarded-For came from a peer that LATCHKEY_TRUSTED_PROXIES does not name, and is ignored: if that is your \
                 proxy, all of its clients count as one address; if it is not, somebody tries to look like another"
            );
        }
    }

    fn is_first(&self, trusted: bool, headers: &HeaderMap) -> bool {
        // Read first: after the warning no request writes to it.
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
    fn the_first_forwarded_request_of_an_untrusted_peer_is_told_and_no_other() {
        let warning = UntrustedProxy::default();
        let plain = HeaderMap::new();
        let mut forwarded = HeaderMap::new();
        forwarded.insert("x-forwarded-for", HeaderValue::from_static("192.0.2.1"));
        assert!(!warning.is_first(false, &plain));
        assert!(!warning.is_first(true, &forwarded));
        assert!(warning.is_first(false, &forwarded));
        assert!(!warning.is_first(false, &forwarded));
    }
}
