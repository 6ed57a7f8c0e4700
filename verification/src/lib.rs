//! The decision about a call that presents an API key, made from memory.
//!
//! A [`Verifier`] looks a key up in the [`KeyIndex`], compares the secret's digest, and applies the key's state, addresses,
//! scopes and rate limit. A call runs no SQL and takes no lock that all calls share. Every decision is reported to a
//! [`CallSink`] as a [`CallEvent`].

mod call;
mod clock;
mod digest_upgrades;
mod entropy;
mod key_index;
mod key_map;
mod pepper;
mod rate_limiter;
mod secret_cipher;
mod secret_hasher;
#[cfg(test)]
mod steps;
mod throttle;
mod verifier;
mod wrong_secrets;

pub use call::{Call, CallEvent, CallSink, Caller, Decision, Route, clean};
pub use clock::{Clock, Guard, ManualClock, Monotonic, SystemClock};
pub use digest_upgrades::DigestUpgrades;
pub use entropy::{Entropy, SeededEntropy, SystemEntropy, new_id, random_token};
pub use key_index::{Entry, KeyIndex, Tenant};
pub use key_map::{KeyIdHasher, KeyMap};
pub use pepper::{BadPepper, BadPeppers, MAX_PEPPERS, Pepper, Peppers};
pub use rate_limiter::{Gcra, RateState};
pub use secret_cipher::{CipherPurpose, Encrypted};
pub use secret_hasher::{
    PepperIndex, SecretHasher, TokenDigest, TokenPurpose, generate_credentials,
};
pub use throttle::{Throttle, ThrottleBucket, network};
pub use verifier::{Verifier, check_entry};
