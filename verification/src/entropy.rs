//! The only source of randomness.

use domain::time::Timestamp;
use rand::{Rng, SeedableRng, TryRng, rngs::StdRng, rngs::SysRng};
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;
use zeroize::Zeroizing;

/// A random number generator.
pub trait Entropy: Send + Sync {
    /// Fills `bytes` with random bytes.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's generator.
#[derive(Debug)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    /// # Panics
    /// If the operating system cannot provide randomness: no secret can be generated then.
    fn fill(&self, bytes: &mut [u8]) {
        SysRng
            .try_fill_bytes(bytes)
            .expect("the operating system's generator works");
    }
}

/// A deterministic generator for tests.
pub struct SeededEntropy(Mutex<StdRng>);

impl SeededEntropy {
    /// Creates a generator whose output depends only on `seed`.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(bytes);
    }
}

/// Generates a UUID of version 7 (RFC 9562).
pub fn new_id(entropy: &dyn Entropy, now: Timestamp) -> Uuid {
    let mut random = [0; 10];
    entropy.fill(&mut random);
    let now = u64::try_from(now.0).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(now, &random).into_uuid()
}

/// Generates a token of 256 random bits as 64 hexadecimal digits.
pub fn random_token(entropy: &dyn Entropy) -> String {
    let mut random = Zeroizing::new([0; 32]);
    entropy.fill(&mut *random);
    hex::encode(random.as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_of_the_operating_system_fills_the_bytes() {
        let mut filled = [[0; 32]; 2];
        for bytes in &mut filled {
            SystemEntropy.fill(bytes);
        }
        assert_ne!(filled[0], [0; 32]);
        assert_ne!(filled[0], filled[1]);
    }

    #[test]
    fn an_id_is_a_uuid_of_version_7_with_its_time_and_random_bits() {
        let entropy = SeededEntropy::new(1);
        let now = Timestamp(0x0123_4567_89ab);
        let [id, same_time, later] = [0, 0, 1].map(|wait| new_id(&entropy, now.plus(wait)));
        assert_eq!(id.as_u128() >> 80, 0x0123_4567_89ab);
        assert_eq!(id.get_version_num(), 7);
        assert_ne!(id, same_time);
        assert!(id < later && same_time < later);
        assert_eq!(new_id(&entropy, Timestamp(-1)).as_u128() >> 80, 0);
    }

    #[test]
    fn a_token_has_256_random_bits_in_hexadecimal() {
        let mut random = [0; 32];
        SeededEntropy::new(1).fill(&mut random);
        let entropy = SeededEntropy::new(1);
        let token = random_token(&entropy);
        assert_eq!(token, hex::encode(random));
        assert_eq!(token.len(), 64);
        assert_ne!(token, random_token(&entropy));
    }
}
