//! Keyed hashes (HMAC-SHA-256) of secrets and tokens, called digests, and generation of key credentials.

use crate::{Entropy, Pepper, Peppers};
use domain::{
    id::PersonId,
    key::{
        Environment,
        token::{KeyId, format_secret},
    },
};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::SecretString;
use sha2::Sha256;
use store::{PepperName, SealKey, SealKeys};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// HMAC-SHA-256 under one pepper.
pub(crate) struct KeyedHasher {
    mac: Hmac<Sha256>,
    name: PepperName,
}

impl KeyedHasher {
    pub(crate) fn new(pepper: &Pepper) -> Self {
        let mac =
            Hmac::<Sha256>::new_from_slice(pepper.bytes()).expect("HMAC takes keys of any length");
        Self {
            mac,
            name: pepper.name(),
        }
    }

    /// Returns HMAC-SHA-256 (RFC 2104) of the key id and the secret. A digest that is copied to another key matches nothing.
    pub(crate) fn digest(&self, id: KeyId, secret: &str) -> [u8; 32] {
        #[cfg(test)]
        crate::steps::record("digest");
        self.mac(&[&id.to_ascii(), secret.as_bytes()])
    }

    /// Returns the name of its pepper.
    pub(crate) const fn name(&self) -> PepperName {
        self.name
    }

    /// Returns HMAC-SHA-256 of the parts, one after the other.
    pub(crate) fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.mac.clone();
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// The purpose of a token. Each purpose has its own label, so that a digest made for one is invalid for another; no label starts
/// like a key id.
#[derive(Clone, Copy, Debug)]
pub enum TokenPurpose {
    /// A session cookie.
    Session,
    /// An invitation link.
    Invitation,
    /// A password-reset link.
    PasswordReset,
    /// The cookie of a sign-in that waits for a code.
    PendingSignIn,
}

impl TokenPurpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Session => b"session\0",
            Self::Invitation => b"invitation\0",
            Self::PasswordReset => b"password reset\0",
            Self::PendingSignIn => b"pending sign-in\0",
        }
    }
}

/// A token's digest, and the pepper under which it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenDigest {
    /// HMAC-SHA-256 of the purpose's label and the token.
    pub digest: [u8; 32],
    /// The pepper's name.
    pub pepper: PepperName,
}

/// The index of a pepper in the process's list; 0 is the newest.
pub type PepperIndex = u8;

/// Makes digests of secrets and tokens under the process's peppers.
pub struct SecretHasher(Box<[KeyedHasher]>);

impl SecretHasher {
    /// Creates a hasher for these peppers.
    pub fn new(peppers: &Peppers) -> Self {
        Self(peppers.iter().map(KeyedHasher::new).collect())
    }

    pub(crate) fn newest(&self) -> &KeyedHasher {
        &self.0[0]
    }

    pub(crate) fn by_name(&self, name: PepperName) -> Option<&KeyedHasher> {
        self.0.iter().find(|keyed| keyed.name == name)
    }

    /// Returns the name of the newest pepper.
    pub fn newest_pepper(&self) -> PepperName {
        self.0[0].name
    }

    /// Returns the names of the peppers, newest first.
    pub fn pepper_names(&self) -> Vec<PepperName> {
        self.0.iter().map(|keyed| keyed.name).collect()
    }

    /// Returns the digest of a key's secret under one of the peppers.
    pub fn digest(&self, pepper: PepperIndex, id: KeyId, secret: &str) -> [u8; 32] {
        let keyed = self.0.get(usize::from(pepper)).unwrap_or(&self.0[0]);
        keyed.digest(id, secret)
    }

    /// Returns the digest of a new token, as it is stored.
    pub fn token_digest(&self, purpose: TokenPurpose, token: &str) -> TokenDigest {
        let keyed = &self.0[0];
        TokenDigest {
            digest: keyed.mac(&[purpose.label(), token.as_bytes()]),
            pepper: keyed.name,
        }
    }

    /// Returns the digests under which a token may be stored, the newest pepper's first.
    pub fn token_digests(
        &self,
        purpose: TokenPurpose,
        token: &str,
    ) -> impl Iterator<Item = [u8; 32]> {
        self.0
            .iter()
            .map(move |keyed| keyed.mac(&[purpose.label(), token.as_bytes()]))
    }

    /// Signs the cookie that marks a device known to a person. `device` says which one, and since when.
    pub fn sign_device(&self, device: &str, person: PersonId) -> [u8; 32] {
        self.0[0].mac(&device_parts(device, &person))
    }

    /// Whether a known device's cookie was signed under one of the peppers.
    pub fn verify_device(&self, device: &str, person: PersonId, signature: &str) -> bool {
        self.0.iter().any(|keyed| {
            hex::encode(keyed.mac(&device_parts(device, &person)))
                .as_bytes()
                .ct_eq(signature.as_bytes())
                .into()
        })
    }

    /// Returns a digest of what attempts at signing in have in common. Under the newest pepper: after a rotation they are counted
    /// anew.
    pub fn attempt_digest(&self, what: &str) -> [u8; 32] {
        self.0[0].mac(&[b"attempt\0", what.as_bytes()])
    }

    /// Returns the keys that seal and verify the audit log.
    pub fn seal_keys(&self) -> SealKeys {
        let keys = self.0.iter();
        SealKeys::new(
            keys.map(|keyed| SealKey::new(keyed.name, &keyed.mac(&[b"seal of the audit log\0"]))),
        )
    }
}

fn device_parts<'a>(device: &'a str, person: &'a PersonId) -> [&'a [u8]; 4] {
    [b"device\0", device.as_bytes(), b"\0", person.0.as_bytes()]
}

/// Generates a key id and a secret.
pub fn generate_credentials(
    entropy: &dyn Entropy,
    environment: Environment,
) -> (KeyId, SecretString) {
    // No id of the 62^16 is more likely than another by more than one part in 2^32.
    let mut number = [0; 16];
    entropy.fill(&mut number);
    let mut random = Zeroizing::new([0; 32]);
    entropy.fill(&mut *random);
    let id = KeyId::from_number(environment, u128::from_be_bytes(number));
    (id, SecretString::from(format_secret(environment, &random)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn hasher(peppers: &[u8]) -> SecretHasher {
        let peppers = peppers.iter().map(|byte| Pepper::from_bytes([*byte; 32]));
        SecretHasher::new(&peppers.collect())
    }

    #[test]
    fn a_digest_depends_on_the_key_id_and_the_pepper() {
        let both = hasher(&[7, 8]);
        let [a, b] = [1, 2].map(|n| KeyId::from_number(Environment::Live, n));
        assert_eq!(both.digest(0, a, "secret"), both.digest(0, a, "secret"));
        assert_ne!(both.digest(0, a, "secret"), both.digest(0, b, "secret"));
        assert_ne!(both.digest(0, a, "secret"), both.digest(1, a, "secret"));
        assert_eq!(
            both.digest(1, a, "secret"),
            hasher(&[8]).digest(0, a, "secret")
        );
    }

    #[test]
    fn a_token_digest_depends_on_its_purpose_and_is_found_under_every_pepper() {
        let old = hasher(&[8]);
        let both = hasher(&[7, 8]);
        let stored = old.token_digest(TokenPurpose::Session, "token");
        let tokens: Vec<_> = both.token_digests(TokenPurpose::Session, "token").collect();
        assert_eq!(tokens[1], stored.digest);
        assert_eq!(
            tokens[0],
            both.token_digest(TokenPurpose::Session, "token").digest
        );
        for purpose in [
            TokenPurpose::Invitation,
            TokenPurpose::PasswordReset,
            TokenPurpose::PendingSignIn,
        ] {
            assert_ne!(old.token_digest(purpose, "token").digest, stored.digest);
        }
    }

    #[test]
    fn the_peppers_are_named_newest_first() {
        let [new, old] = [7, 8].map(|byte| hasher(&[byte]).newest_pepper());
        assert_ne!(new, old);
        assert_eq!(hasher(&[7, 8]).newest_pepper(), new);
        assert_eq!(hasher(&[7, 8]).pepper_names(), [new, old]);
    }

    #[test]
    fn a_device_is_known_to_one_person_under_each_pepper() {
        let (new, old, both) = (hasher(&[7]), hasher(&[8]), hasher(&[7, 8]));
        let [ada, bob] = [1, 2].map(|number| PersonId(Uuid::from_u128(number)));
        let signature = hex::encode(old.sign_device("till", ada));
        assert!(old.verify_device("till", ada, &signature));
        assert!(both.verify_device("till", ada, &signature));
        assert!(!new.verify_device("till", ada, &signature));
        assert!(!both.verify_device("desk", ada, &signature));
        assert!(!both.verify_device("till", bob, &signature));
        assert!(!both.verify_device("till", ada, &signature[1..]));
        assert_eq!(both.sign_device("till", ada), new.sign_device("till", ada));
    }

    #[test]
    fn attempts_are_counted_under_the_newest_pepper() {
        let digest = hasher(&[7, 8]).attempt_digest("192.0.2.1");
        assert_eq!(digest, hasher(&[7]).attempt_digest("192.0.2.1"));
        assert_ne!(digest, hasher(&[8]).attempt_digest("192.0.2.1"));
        assert_ne!(digest, hasher(&[7]).attempt_digest("192.0.2.2"));
    }
}
