//! Making secrets, and the digests of them that are stored.

use crate::Entropy;
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::key::{
    Environment,
    token::{KeyId, format_secret},
};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sha2::{Digest, Sha256};
use store::{PepperName, SealKey, SealKeys};
use subtle::ConstantTimeEq;
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

    /// The name that rows give it.
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

    /// The digest that a row stores of a pair, for programs that fill a database by themselves.
    pub fn digest(&self, id: KeyId, secret: &str) -> [u8; 32] {
        Keyed::new(self).digest(id, secret)
    }

    /// What [`Pepper::parse_base64`] reads.
    pub fn to_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(self.0.expose_secret()))
    }
}

/// Most peppers at once: an index entry names its pepper in one byte.
pub const MAX_PEPPERS: usize = 16;

/// The peppers of a database, the newest first: it makes new digests, the others verify old ones.
pub struct Peppers(Vec<Pepper>);

/// The texts are no list of peppers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPeppers {
    /// One of them is none.
    #[error(transparent)]
    Bad(#[from] BadPepper),
    /// There is none.
    #[error("there is no pepper")]
    Missing,
    /// One is there twice.
    #[error("a pepper is there twice")]
    Twice,
    /// There are more than [`MAX_PEPPERS`].
    #[error("there are more than {MAX_PEPPERS} peppers")]
    TooMany,
}

impl Peppers {
    /// Reads peppers in base64, the newest first, with white space or commas between.
    ///
    /// # Errors
    /// Where one is none or is there twice, there is none, or there are too many.
    pub fn parse(text: &str) -> Result<Self, BadPeppers> {
        let texts = text.split(|c: char| c.is_whitespace() || c == ',');
        let mut peppers: Vec<Pepper> = Vec::new();
        for text in texts.filter(|text| !text.is_empty()) {
            let pepper = Pepper::parse_base64(text)?;
            // Two with one name could not be told apart either.
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

    /// Their names, the newest first.
    pub fn names(&self) -> Vec<PepperName> {
        self.0.iter().map(Pepper::name).collect()
    }

    /// The keys that seal and prove the audit log.
    pub fn seal_keys(&self) -> SealKeys {
        Mint::new(self).seal_keys()
    }
}

impl From<Pepper> for Peppers {
    fn from(pepper: Pepper) -> Self {
        Self(vec![pepper])
    }
}

/// One pepper, ready to be used.
struct Keyed {
    mac: Hmac<Sha256>,
    name: PepperName,
}

impl Keyed {
    fn new(pepper: &Pepper) -> Self {
        let mac = Hmac::<Sha256>::new_from_slice(pepper.0.expose_secret())
            .expect("HMAC takes keys of any length");
        Self {
            mac,
            name: pepper.name(),
        }
    }

    /// HMAC-SHA-256 (RFC 2104) over the key id and the secret: a digest that was copied to another key is worth nothing.
    fn digest(&self, id: KeyId, secret: &str) -> [u8; 32] {
        use std::io::Write;
        #[cfg(test)]
        crate::work::note("digest");
        let mut text = [0_u8; 20];
        // An id is always 20 characters.
        let _ = write!(&mut text[..], "{id}");
        self.mac(&[&text, secret.as_bytes()])
    }

    fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.mac.clone();
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// What a token is for. Each purpose has a label of its own, so that a digest of one is worth nothing for another; none
/// begins as a key id does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    /// The cookie of a session.
    Session,
    /// The link of an invitation.
    Invitation,
    /// The link that resets a password.
    PasswordReset,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Session => b"session\0",
            Self::Invitation => b"invitation\0",
            Self::PasswordReset => b"password reset\0",
        }
    }
}

/// A digest of a token, with the pepper that it was made under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TokenDigest {
    pub(crate) digest: [u8; 32],
    pub(crate) pepper: PepperName,
}

/// Which of the peppers a digest was made under: 0 is the newest.
pub(crate) type PepperIndex = u8;

/// Makes secrets and their digests under the peppers of the process.
pub(crate) struct Mint(Box<[Keyed]>);

impl Mint {
    pub(crate) fn new(peppers: &Peppers) -> Self {
        Self(peppers.0.iter().map(Keyed::new).collect())
    }

    /// The name of the newest pepper.
    pub(crate) fn newest(&self) -> PepperName {
        self.0[0].name
    }

    /// All names, the newest first.
    pub(crate) fn names(&self) -> Vec<PepperName> {
        self.0.iter().map(|keyed| keyed.name).collect()
    }

    /// The digest of a pair under one of the peppers.
    pub(crate) fn digest(&self, pepper: PepperIndex, id: KeyId, secret: &str) -> [u8; 32] {
        let keyed = self.0.get(usize::from(pepper)).unwrap_or(&self.0[0]);
        keyed.digest(id, secret)
    }

    /// The digest that is stored of a new token.
    pub(crate) fn token(&self, purpose: Purpose, token: &str) -> TokenDigest {
        let keyed = &self.0[0];
        TokenDigest {
            digest: keyed.mac(&[purpose.label(), token.as_bytes()]),
            pepper: keyed.name,
        }
    }

    /// The digests that a row of this token may have, the newest pepper's first.
    pub(crate) fn tokens(&self, purpose: Purpose, token: &str) -> impl Iterator<Item = [u8; 32]> {
        self.0
            .iter()
            .map(move |keyed| keyed.mac(&[purpose.label(), token.as_bytes()]))
    }

    /// The signature of a device's cookie.
    pub(crate) fn device(&self, nonce: &str, email: &str) -> [u8; 32] {
        self.0[0].mac(&device_parts(nonce, email))
    }

    /// Whether a device's cookie was signed under one of the peppers.
    pub(crate) fn signed_device(&self, nonce: &str, email: &str, signature: &str) -> bool {
        self.0.iter().any(|keyed| {
            hex::encode(keyed.mac(&device_parts(nonce, email)))
                .as_bytes()
                .ct_eq(signature.as_bytes())
                .into()
        })
    }

    /// The keys that seal and prove the audit log.
    pub(crate) fn seal_keys(&self) -> SealKeys {
        let keys = self.0.iter();
        SealKeys::new(
            keys.map(|keyed| SealKey::new(keyed.name, &keyed.mac(&[b"seal of the audit log\0"]))),
        )
    }
}

fn device_parts<'a>(nonce: &'a str, email: &'a str) -> [&'a [u8]; 4] {
    [b"device\0", nonce.as_bytes(), b"\0", email.as_bytes()]
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

    fn mint(peppers: &[u8]) -> Mint {
        let peppers = peppers.iter().map(|byte| Pepper::from_bytes([*byte; 32]));
        Mint::new(&Peppers(peppers.collect()))
    }

    #[test]
    fn a_digest_belongs_to_its_id_and_its_pepper() {
        let both = mint(&[7, 8]);
        let [a, b] = [1, 2].map(|n| KeyId::from_number(Environment::Live, n));
        assert_eq!(both.digest(0, a, "secret"), both.digest(0, a, "secret"));
        assert_ne!(both.digest(0, a, "secret"), both.digest(0, b, "secret"));
        assert_ne!(both.digest(0, a, "secret"), both.digest(1, a, "secret"));
        assert_eq!(
            both.digest(1, a, "secret"),
            mint(&[8]).digest(0, a, "secret")
        );
    }

    #[test]
    fn a_token_belongs_to_its_purpose_and_is_found_under_every_pepper() {
        let old = mint(&[8]);
        let both = mint(&[7, 8]);
        let stored = old.token(Purpose::Session, "token");
        let tokens: Vec<_> = both.tokens(Purpose::Session, "token").collect();
        assert_eq!(tokens[1], stored.digest);
        assert_eq!(tokens[0], both.token(Purpose::Session, "token").digest);
        for purpose in [Purpose::Invitation, Purpose::PasswordReset] {
            assert_ne!(old.token(purpose, "token").digest, stored.digest);
        }
    }

    #[test]
    fn peppers_come_back_and_weak_ones_are_refused() {
        let [a, b] = [1, 2].map(|seed| Pepper::generate(&SeededEntropy::new(seed)));
        let text = format!("{}\n{},\n", *a.to_base64(), *b.to_base64());
        let read = Peppers::parse(&text).expect("their own text");
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
}
