//! How often an address hears that a secret is wrong.

use super::{Throttle, network};
use crate::{clock::Monotonic, verify::Call};
use domain::{
    key::{rate_limit::RateLimit, token::KeyId},
    verdict::Verdict,
};

/// With one key id from one address (one /64 of IPv6): 20 wrong secrets a minute, in one go if need be.
const PER_KEY_AND_ADDRESS: RateLimit = RateLimit {
    requests: 20,
    window_ms: 60_000,
};
/// From one address, with whatever key ids: 100 wrong secrets a minute.
const PER_ADDRESS: RateLimit = RateLimit {
    requests: 100,
    window_ms: 60_000,
};

/// Counts wrong secrets in memory. Nothing is counted by the key id alone, and nothing is asked before a secret has
/// turned out to be wrong: whoever has the right one passes, whatever others did, and from the same address too.
#[derive(Default)]
pub(crate) struct WrongSecrets(Throttle);

impl WrongSecrets {
    /// What a wrong pair is told. `key` is what was presented as a key id, where it could be one; whether there is such
    /// a key makes no difference.
    pub(crate) fn verdict(&self, key: Option<KeyId>, call: &Call<'_>, now: Monotonic) -> Verdict {
        #[cfg(test)]
        crate::work::note("throttle");
        // What a service says of its own callers counts for that service's account alone.
        let source = (call.within, call.address.map(network));
        let places = [
            self.0.place(("key", source, key), PER_KEY_AND_ADDRESS),
            self.0.place(("address", source), PER_ADDRESS),
        ];
        match self.0.take(&places, now) {
            Ok(()) => Verdict::InvalidCredentials,
            Err(retry_after_ms) => Verdict::Throttled { retry_after_ms },
        }
    }
}
