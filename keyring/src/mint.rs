//! Making secrets, and what is kept of them.

use crate::Entropy;
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::key::{
    Environment,
    token::{KeyId, format_secret},
};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// The server's own secret, without which the stored digests are worth nothing: 32 bytes.
pub struct Pepper(SecretBox<[u8; 32]>);

/// The text is no pepper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a pepper is 32 random bytes in base64, 44 characters")]
pub struct BadPepper;

impl Pepper {
    /// These bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(SecretBox::new(Box::new(bytes)))
    }

    /// Draws a new one.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = [0; 32];
        entropy.fill(&mut bytes);
        Self::from_bytes(bytes)
    }

    /// Reads base64 with white space around it.
    ///
    /// # Errors
    /// Where that is not 32 bytes, or all of them are the same.
    pub fn parse_base64(text: &str) -> Result<Self, BadPepper> {
        let bytes = Zeroizing::new(STANDARD.decode(text.trim()).map_err(|_| BadPepper)?);
        let bytes: [u8; 32] = bytes.as_slice().try_into().map_err(|_| BadPepper)?;
        if bytes.iter().all(|byte| *byte == bytes[0]) {
            return Err(BadPepper);
        }
        Ok(Self::from_bytes(bytes))
    }

    /// The name that rows give it: eight hexadecimal digits of a hash.
    pub fn name(&self) -> String {
        Mint::new(self).pepper_name
    }

    /// What a row holds of a pair, for whoever fills a database without the forms.
    pub fn digest(&self, id: KeyId, secret: &str) -> [u8; 32] {
        Mint::new(self).digest(id, secret)
    }

    /// What [`Pepper::parse_base64`] reads.
    pub fn to_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(self.0.expose_secret()))
    }
}

/// Makes secrets and their digests under one pepper.
pub(crate) struct Mint {
    keyed: Hmac<Sha256>,
    pepper_name: String,
}

impl Mint {
    pub(crate) fn new(pepper: &Pepper) -> Self {
        let keyed = Hmac::<Sha256>::new_from_slice(pepper.0.expose_secret())
            .expect("HMAC takes keys of any length");
        let named = Sha256::new()
            .chain_update(b"latchkey pepper name")
            .chain_update(pepper.0.expose_secret())
            .finalize();
        Self {
            keyed,
            pepper_name: hex::encode(&named[..4]),
        }
    }

    /// The name that rows give their pepper: eight hexadecimal digits of a hash.
    pub(crate) fn pepper_name(&self) -> &str {
        &self.pepper_name
    }

    /// HMAC-SHA-256 (RFC 2104) over the key id and the secret: a digest that was copied to another key is worth nothing.
    pub(crate) fn digest(&self, id: KeyId, secret: &str) -> [u8; 32] {
        use std::io::Write;
        let mut text = [0_u8; 20];
        // An id is always 20 characters.
        let _ = write!(&mut text[..], "{id}");
        self.mac(&[&text, secret.as_bytes()])
    }

    /// The same over other texts, for cookies.
    pub(crate) fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.keyed.clone();
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// A new id and a new secret.
pub(crate) fn mint(entropy: &dyn Entropy, environment: Environment) -> (KeyId, SecretString) {
    // Of 62^16 numbers none is likelier than another by more than one part in 2^32.
    let mut number = [0; 16];
    entropy.fill(&mut number);
    let mut random = Zeroizing::new([0; 32]);
    entropy.fill(&mut *random);
    let id = KeyId::from_number(environment, u128::from_be_bytes(number));
    (id, SecretString::from(format_secret(environment, &random)))
}

/// 256 random bits as 64 hexadecimal digits.
pub(crate) fn random_text(entropy: &dyn Entropy) -> String {
    let mut random = Zeroizing::new([0; 32]);
    entropy.fill(&mut *random);
    hex::encode(random.as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededEntropy;

    #[test]
    fn a_digest_belongs_to_its_id_and_its_pepper() {
        let mint = Mint::new(&Pepper::from_bytes([7; 32]));
        let [a, b] = [1, 2].map(|n| KeyId::from_number(Environment::Live, n));
        assert_eq!(mint.digest(a, "secret"), mint.digest(a, "secret"));
        assert_ne!(mint.digest(a, "secret"), mint.digest(b, "secret"));
        assert_ne!(
            mint.digest(a, "secret"),
            Mint::new(&Pepper::from_bytes([8; 32])).digest(a, "secret")
        );
    }

    #[test]
    fn a_pepper_comes_back_and_a_weak_one_is_refused() {
        let pepper = Pepper::generate(&SeededEntropy::new(1));
        let read = Pepper::parse_base64(&pepper.to_base64()).expect("its own text");
        assert_eq!(
            Mint::new(&read).pepper_name(),
            Mint::new(&pepper).pepper_name()
        );
        for bad in [
            "",
            "c2hvcnQ=",
            &STANDARD.encode([0; 32]),
            "not base64 at all!",
        ] {
            assert!(Pepper::parse_base64(bad).is_err(), "{bad}");
        }
    }
}
