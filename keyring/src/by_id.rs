//! Maps by key id, for the hot path.

use domain::key::token::KeyId;
use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

/// A map of keys that exist. Their ids are random, and nobody chooses them: a strong hash would protect from nothing.
pub(crate) type ById<T> = HashMap<KeyId, T, Hashed>;

/// Makes hashes of ids.
pub(crate) type Hashed = BuildHasherDefault<IdHasher>;

/// Multiplies, and folds the better half into the other.
#[derive(Default)]
pub(crate) struct IdHasher(u64);

/// The golden ratio's fraction, odd.
const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(23) ^ number).wrapping_mul(MULTIPLIER);
    }

    fn write_u128(&mut self, number: u128) {
        let [high, low] = [number >> 64, number & u128::from(u64::MAX)];
        self.write_u64(u64::try_from(high).unwrap_or_default());
        self.write_u64(u64::try_from(low).unwrap_or_default());
    }

    fn write_i64(&mut self, number: i64) {
        self.write_u64(number.cast_unsigned());
    }

    fn finish(&self) -> u64 {
        let folded = (self.0 ^ (self.0 >> 32)).wrapping_mul(MULTIPLIER);
        folded ^ (folded >> 29)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::key::Environment;
    use std::{collections::HashSet, hash::BuildHasher};

    #[test]
    fn ids_one_beside_the_other_fall_into_places_of_their_own() {
        let hash =
            |number| Hashed::default().hash_one(KeyId::from_number(Environment::Live, number));
        let hashes: Vec<u64> = (0..4_096_u128)
            .flat_map(|n| [hash(n), hash(n << 60)])
            .collect();
        assert!(hashes.iter().collect::<HashSet<_>>().len() >= 8_191);
        // A map takes the last bits for the place and the first ones for a tag.
        let places: HashSet<u64> = hashes.iter().map(|hash| hash % 8_192).collect();
        assert!(places.len() > 4_096, "{}", places.len());
        let tags: HashSet<u64> = hashes.iter().map(|hash| hash >> 57).collect();
        assert_eq!(tags.len(), 128);
    }
}
