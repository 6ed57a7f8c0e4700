//! A limit on wrong secrets.

use crate::{Call, Monotonic, Throttle, network};
use domain::{
    key::{rate_limit::RateLimit, token::KeyId},
    verdict::Verdict,
};

/// Wrong secrets for one key id from one IPv4 address or one IPv6 /64: 20 a minute, in a burst too.
const PER_KEY_AND_ADDRESS: RateLimit = RateLimit {
    requests: 20,
    window_ms: 60_000,
};
/// Wrong secrets from one address for any key ids: 100 a minute.
const PER_ADDRESS: RateLimit = RateLimit {
    requests: 100,
    window_ms: 60_000,
};

/// Counts wrong secrets in memory. Nothing is counted by the key id alone, and nothing is checked before a secret is known to be
/// wrong: a call with the right secret passes whatever others did, from the same address too.
#[derive(Default)]
pub(crate) struct WrongSecrets(Throttle);

impl WrongSecrets {
    /// Returns the verdict about wrong credentials. `key` is the presented key id if it has the form of one; whether such a key
    /// exists makes no difference.
    pub(crate) fn verdict(&self, key: Option<KeyId>, call: &Call<'_>, now: Monotonic) -> Verdict {
        #[cfg(test)]
        crate::steps::record("throttle");
        // Calls that a service asks about are counted for that service's account only.
        let source = (call.within, call.address.map(network));
        let buckets = [
            self.0.bucket(("key", source, key), PER_KEY_AND_ADDRESS),
            self.0.bucket(("address", source), PER_ADDRESS),
        ];
        match self.0.take(&buckets, now) {
            Ok(()) => Verdict::InvalidCredentials,
            Err(retry_after_ms) => Verdict::Throttled { retry_after_ms },
        }
    }
}
