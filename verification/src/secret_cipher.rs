//! Encryption of secrets that must be read again: those of second factors and of sign-ins at the identity provider, and the content of
//! mails.

use crate::{Entropy, SecretHasher, secret_hasher::KeyedHasher};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, aead::Aead};
use store::PepperName;
use uuid::Uuid;
use zeroize::Zeroizing;

/// RFC 8439, 2.3.
const NONCE_BYTES: usize = 12;

/// The kind of an encrypted text. Each purpose has keys of its own, so that a text made for one cannot be read as another.
#[derive(Clone, Copy, Debug)]
pub enum CipherPurpose {
    /// The secret of a person's authenticator app, as it is stored.
    Authenticator,
    /// A new secret in the form that confirms it.
    Enrolment,
    /// The secret under which digests of a person's recovery codes are stored.
    RecoveryCodes,
    /// The content of a mail that waits to be sent.
    Mail,
    /// The cookie of a browser that is signing in at the identity provider.
    ProviderSignIn,
}

impl CipherPurpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Authenticator => b"authenticator\0",
            Self::Enrolment => b"enrolment\0",
            Self::RecoveryCodes => b"recovery codes\0",
            Self::Mail => b"mail\0",
            Self::ProviderSignIn => b"provider sign-in\0",
        }
    }
}

/// An encrypted secret, and the pepper from which its key is derived.
#[derive(Clone)]
pub struct Encrypted {
    /// Nonce, ciphertext and tag.
    pub bytes: Vec<u8>,
    /// The pepper's name.
    pub pepper: PepperName,
}

impl SecretHasher {
    /// Encrypts a secret under the newest pepper, for one owner.
    ///
    /// # Panics
    /// If the secret is longer than 256 GiB, the limit of the cipher (RFC 8439, section 2.8).
    pub fn encrypt(
        &self,
        purpose: CipherPurpose,
        owner: Uuid,
        secret: &[u8],
        entropy: &dyn Entropy,
    ) -> Encrypted {
        let newest = self.newest();
        let mut nonce = [0; NONCE_BYTES];
        entropy.fill(&mut nonce);
        let text = cipher(newest, purpose, owner)
            .encrypt((&nonce).into(), secret)
            .expect("a short text can be encrypted");
        let mut bytes = nonce.to_vec();
        bytes.extend(text);
        Encrypted {
            bytes,
            pepper: newest.name(),
        }
    }

    /// Decrypts a secret that was encrypted for this owner and purpose; `None` if it was not, was changed, or its pepper is missing.
    pub fn decrypt(
        &self,
        purpose: CipherPurpose,
        owner: Uuid,
        encrypted: &Encrypted,
    ) -> Option<Zeroizing<Vec<u8>>> {
        let pepper = self.by_name(encrypted.pepper)?;
        let (nonce, text) = encrypted.bytes.split_first_chunk::<NONCE_BYTES>()?;
        let secret = cipher(pepper, purpose, owner).decrypt(nonce.into(), text);
        secret.ok().map(Zeroizing::new)
    }
}

/// Each owner has a key of its own, so that a text that is copied to another row cannot be decrypted there, and random nonces do
/// not repeat under a key.
fn cipher(pepper: &KeyedHasher, purpose: CipherPurpose, owner: Uuid) -> ChaCha20Poly1305 {
    let key = pepper.mac(&[b"encryption\0", purpose.label(), owner.as_bytes()]);
    let key = Zeroizing::new(key);
    ChaCha20Poly1305::new((&*key).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Pepper, SeededEntropy};

    fn hasher(peppers: &[u8]) -> SecretHasher {
        let peppers = peppers.iter().map(|byte| Pepper::from_bytes([*byte; 32]));
        SecretHasher::new(&peppers.collect())
    }

    #[test]
    fn a_secret_is_decrypted_for_its_owner_and_purpose_alone() {
        let [ada, bob] = [1, 2].map(Uuid::from_u128);
        let (old, both) = (hasher(&[8]), hasher(&[7, 8]));
        let entropy = SeededEntropy::new(1);
        let made = old.encrypt(CipherPurpose::Authenticator, ada, b"a secret", &entropy);
        let read = |hasher: &SecretHasher, purpose, owner, text: &Encrypted| {
            let secret = hasher.decrypt(purpose, owner, text);
            secret.map(|secret| secret.to_vec())
        };
        let purpose = CipherPurpose::Authenticator;
        assert_eq!(
            read(&old, purpose, ada, &made).as_deref(),
            Some(&b"a secret"[..])
        );
        assert_eq!(
            read(&both, purpose, ada, &made).as_deref(),
            Some(&b"a secret"[..])
        );
        assert_eq!(read(&both, purpose, bob, &made), None);
        for other in [
            CipherPurpose::Enrolment,
            CipherPurpose::RecoveryCodes,
            CipherPurpose::Mail,
            CipherPurpose::ProviderSignIn,
        ] {
            assert_eq!(read(&both, other, ada, &made), None, "{other:?}");
        }
        assert_eq!(read(&hasher(&[7]), purpose, ada, &made), None, "no pepper");
        let again = both.encrypt(purpose, ada, b"a secret", &entropy);
        assert_eq!(again.pepper, both.newest_pepper());
        assert_ne!(again.bytes, made.bytes);
        for at in 0..made.bytes.len() {
            let mut changed = made.clone();
            changed.bytes[at] ^= 1;
            assert_eq!(read(&old, purpose, ada, &changed), None, "byte {at}");
        }
        let mut short = made;
        short.bytes.truncate(NONCE_BYTES - 1);
        assert_eq!(read(&old, purpose, ada, &short), None);
    }
}
