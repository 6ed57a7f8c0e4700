//! The cookie of a browser that is at the provider: the request's secrets, encrypted. Nothing is stored for a request without
//! a response.

use super::{REQUEST_LIFETIME, SignInGoal};
use crate::Keyring;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{id::SessionId, time::Timestamp};
use oidc::SEED_BYTES;
use store::PepperName;
use uuid::Uuid;
use verification::{CipherPurpose, Encrypted};
use zeroize::Zeroizing;

/// Maximum length of the address to go on to: the whole cookie is shorter than 512 bytes. A longer one loses its query.
const MAX_NEXT_BYTES: usize = 240;

/// A request to the provider.
pub(super) struct ProviderCookie {
    pub seed: [u8; SEED_BYTES],
    pub goal: SignInGoal,
    pub begun_at: Timestamp,
    pub next: String,
}

impl ProviderCookie {
    /// Encrypts the request, under a key of its own.
    pub(super) fn seal(&self, keyring: &Keyring) -> String {
        let (kind, session) = match self.goal {
            SignInGoal::SignIn => (0, Uuid::nil()),
            SignInGoal::Confirm(session) => (1, session.0),
            SignInGoal::Link(session) => (2, session.0),
        };
        let mut plain = Zeroizing::new(self.begun_at.0.to_be_bytes().to_vec());
        plain.push(kind);
        plain.extend(session.as_bytes());
        plain.extend(self.seed);
        plain.extend(short(&self.next).as_bytes());
        let mut id = [0; 16];
        keyring.entropy().fill(&mut id);
        let purpose = CipherPurpose::ProviderSignIn;
        let owner = Uuid::from_bytes(id);
        let sealed = keyring
            .hasher()
            .encrypt(purpose, owner, &plain, keyring.entropy());
        let mut bytes = sealed.pepper.0.to_be_bytes().to_vec();
        bytes.extend(id);
        bytes.extend(sealed.bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Decrypts a request that was made less than ten minutes ago; `None` for any other text.
    pub(super) fn open(keyring: &Keyring, text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (pepper, rest) = bytes.split_first_chunk::<4>()?;
        let (id, sealed) = rest.split_first_chunk::<16>()?;
        let encrypted = Encrypted {
            bytes: sealed.to_vec(),
            pepper: PepperName(u32::from_be_bytes(*pepper)),
        };
        let (purpose, owner) = (CipherPurpose::ProviderSignIn, Uuid::from_bytes(*id));
        let plain = keyring.hasher().decrypt(purpose, owner, &encrypted)?;
        let (begun_at, rest) = plain.split_first_chunk::<8>()?;
        let (kind, rest) = rest.split_first()?;
        let (session, rest) = rest.split_first_chunk::<16>()?;
        let (seed, next) = rest.split_first_chunk::<SEED_BYTES>()?;
        let session = SessionId(Uuid::from_bytes(*session));
        let goal = match kind {
            0 => SignInGoal::SignIn,
            1 => SignInGoal::Confirm(session),
            2 => SignInGoal::Link(session),
            _ => return None,
        };
        let begun_at = Timestamp(i64::from_be_bytes(*begun_at));
        let age = keyring.now().since(begun_at);
        (0..REQUEST_LIFETIME).contains(&age).then_some(())?;
        Some(Self {
            seed: *seed,
            goal,
            begun_at,
            next: str::from_utf8(next).ok()?.to_owned(),
        })
    }
}

fn short(next: &str) -> &str {
    if next.len() <= MAX_NEXT_BYTES {
        return next;
    }
    let path = next.split('?').next().unwrap_or_default();
    if path.len() <= MAX_NEXT_BYTES {
        path
    } else {
        "/"
    }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn a_long_address_loses_its_query() {
        let long = "x".repeat(300);
        assert_eq!(short("/apps/1?a=b"), "/apps/1?a=b");
        assert_eq!(short(&format!("/apps/1?a={long}")), "/apps/1");
        assert_eq!(short(&format!("/{long}")), "/");
    }
}
