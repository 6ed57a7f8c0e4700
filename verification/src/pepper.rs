//! Peppers: the server's secrets under which digests are made.

use crate::{Entropy, SecretHasher, secret_hasher::KeyedHasher};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::key::token::KeyId;
use secrecy::{ExposeSecret, SecretBox};
use sha2::{Digest, Sha256};
use store::{PepperName, SealKeys};
use zeroize::Zeroizing;

/// A secret of 32 bytes that only the server has. Without it, stored digests are useless.
pub struct Pepper(SecretBox<[u8; 32]>);

/// The text is not a pepper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a pepper is 32 random bytes in base64, 44 characters")]
pub struct BadPepper;

impl Pepper {
    /// Creates a pepper from its bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(SecretBox::new(Box::new(bytes)))
    }

    /// Generates a pepper.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = [0; 32];
        entropy.fill(&mut bytes);
        Self::from_bytes(bytes)
    }

    /// Parses base64; surrounding white space is ignored.
    ///
    /// # Errors
    /// If it is not 32 bytes, or all of them are the same.
    pub fn parse_base64(text: &str) -> Result<Self, BadPepper> {
        let bytes = Zeroizing::new(STANDARD.decode(text.trim()).map_err(|_| BadPepper)?);
        let bytes: [u8; 32] = bytes.as_slice().try_into().map_err(|_| BadPepper)?;
        if bytes.iter().all(|byte| *byte == bytes[0]) {
            return Err(BadPepper);
        }
        Ok(Self::from_bytes(bytes))
    }

    /// Returns the name by which database rows refer to it.
    pub fn name(&self) -> PepperName {
        let named = Sha256::new()
            .chain_update(b"latchkey pepper name")
            .chain_update(self.0.expose_secret())
            .finalize();
        let [a, b, c, d, ..] = named[..] else {
            unreachable!("SHA-256 has 32 bytes")
        };
        PepperName(u32::from_be_bytes([a, b, c, d]))
    }

    /// Returns the stored digest of a key's secret, for programs that fill a database themselves.
    pub fn digest(&self, id: KeyId, secret: &str) -> [u8; 32] {
        KeyedHasher::new(self).digest(id, secret)
    }

    /// Returns its bytes.
    pub(crate) fn bytes(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }

    /// Returns the text that [`Pepper::parse_base64`] parses.
    pub fn to_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(self.0.expose_secret()))
    }
}

/// The maximal number of peppers in use; an index entry refers to its pepper by one byte.
pub const MAX_PEPPERS: usize = 16;

/// The peppers of a database, newest first. New digests use the newest one; the others verify older digests.
pub struct Peppers(Vec<Pepper>);

/// The text is not a list of peppers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPeppers {
    /// An item is not a pepper.
    #[error(transparent)]
    Bad(#[from] BadPepper),
    /// The list is empty.
    #[error("no pepper is given")]
    Missing,
    /// A pepper is repeated.
    #[error("a pepper is given twice")]
    Twice,
    /// There are more than [`MAX_PEPPERS`] peppers.
    #[error("there are more than {MAX_PEPPERS} peppers")]
    TooMany,
}

impl Peppers {
    /// Parses peppers in base64, newest first, separated by white space or commas.
    ///
    /// # Errors
    /// If an item is not a pepper or is repeated, or there are no or too many peppers.
    pub fn parse(text: &str) -> Result<Self, BadPeppers> {
        let texts = text.split(|c: char| c.is_whitespace() || c == ',');
        let mut peppers: Vec<Pepper> = Vec::new();
        for text in texts.filter(|text| !text.is_empty()) {
            let pepper = Pepper::parse_base64(text)?;
            // Peppers with equal names cannot be distinguished in the database.
            if peppers.iter().any(|other| other.name() == pepper.name()) {
                return Err(BadPeppers::Twice);
            }
            peppers.push(pepper);
        }
        match peppers.len() {
            0 => Err(BadPeppers::Missing),
            n if n > MAX_PEPPERS => Err(BadPeppers::TooMany),
            _ => Ok(Self(peppers)),
        }
    }

    /// Returns the names of the peppers, newest first.
    pub fn names(&self) -> Vec<PepperName> {
        self.0.iter().map(Pepper::name).collect()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Pepper> {
        self.0.iter()
    }

    /// Returns the keys that seal and verify the audit log.
    pub fn seal_keys(&self) -> SealKeys {
        SecretHasher::new(self).seal_keys()
    }
}

#[cfg(test)]
impl FromIterator<Pepper> for Peppers {
    fn from_iter<I: IntoIterator<Item = Pepper>>(peppers: I) -> Self {
        Self(peppers.into_iter().collect())
    }
}

impl From<Pepper> for Peppers {
    fn from(pepper: Pepper) -> Self {
        Self(vec![pepper])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededEntropy;
    use domain::key::Environment;

    #[test]
    fn a_list_of_peppers_is_parsed_and_a_weak_one_is_rejected() {
        let [a, b] = [1, 2].map(|seed| Pepper::generate(&SeededEntropy::new(seed)));
        let text = format!("{}\n{},\n", *a.to_base64(), *b.to_base64());
        let read = Peppers::parse(&text).expect("valid");
        assert_eq!(read.names(), [a.name(), b.name()]);
        for (bad, why) in [
            ("", BadPeppers::Missing),
            ("c2hvcnQ=", BadPeppers::Bad(BadPepper)),
            (&STANDARD.encode([0; 32]), BadPeppers::Bad(BadPepper)),
            ("not base64 at all!", BadPeppers::Bad(BadPepper)),
            (&format!("{text}{text}"), BadPeppers::Twice),
        ] {
            assert_eq!(Peppers::parse(bad).err(), Some(why), "{bad}");
        }
    }

    #[test]
    fn sixteen_peppers_are_a_list_and_more_are_not() {
        let list = |peppers: u64| {
            let texts = (0..peppers).map(|seed| {
                let pepper = Pepper::generate(&SeededEntropy::new(seed));
                pepper.to_base64().to_string()
            });
            texts.collect::<Vec<_>>().join(" ")
        };
        let read = Peppers::parse(&list(16)).expect("valid");
        assert_eq!(read.names().len(), 16);
        for more in [17, 18] {
            let error = Peppers::parse(&list(more)).err();
            assert_eq!(error, Some(BadPeppers::TooMany));
        }
    }

    #[test]
    fn a_pepper_makes_the_digest_that_is_compared() {
        let pepper = Pepper::generate(&SeededEntropy::new(1));
        let id = KeyId::from_number(Environment::Live, 1);
        let digest = pepper.digest(id, "a secret");
        let hasher = SecretHasher::new(&Peppers::from(pepper));
        assert_eq!(digest, hasher.digest(0, id, "a secret"));
        assert_ne!(digest, hasher.digest(0, id, "another secret"));
    }

    #[test]
    fn every_pepper_makes_a_key_of_the_audit_log() {
        let peppers: Peppers = [1, 2]
            .map(|seed| Pepper::generate(&SeededEntropy::new(seed)))
            .into_iter()
            .collect();
        let keys = format!("{:?}", peppers.seal_keys());
        assert_eq!(keys, "SealKeys([redacted]; 2)");
    }
}
