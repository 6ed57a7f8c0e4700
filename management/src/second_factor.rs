//! Second factors: an authenticator app with recovery codes.

mod enrolment;
mod policy;
mod reset;
mod sign_in;
mod totp;

pub use enrolment::{AuthenticatorSetup, RecoveryCodes};
pub use sign_in::{Admission, PendingSignIn};

use crate::{
    Keyring, ManagementError,
    sign_in_throttle::{CodeAttempt, CodeKind},
};
use domain::{
    account::Email,
    id::PersonId,
    origin::Origin,
    second_factor::{EnteredCode, SecondFactor},
    security::EventKind,
    time::Timestamp,
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;
use store::{AuthenticatorRow, EncryptedSecret, UnusedCode};
use uuid::Uuid;
use verification::{CipherPurpose, Encrypted, Entropy};
use zeroize::Zeroizing;

/// The secret that an authenticator app shares with the server.
pub struct AuthenticatorSecret(Zeroizing<[u8; totp::SECRET_BYTES]>);

/// Redacted.
impl fmt::Debug for AuthenticatorSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthenticatorSecret([redacted])")
    }
}

impl AuthenticatorSecret {
    fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new([0; totp::SECRET_BYTES]);
        entropy.fill(&mut *bytes);
        Self(bytes)
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    /// Returns the code at an instant, as the app shows it.
    pub fn code_at(&self, now: Timestamp) -> String {
        totp::code_at(&self.0, now)
    }

    /// Returns the stored digest of a recovery code. The secret is its key: it is encrypted under the pepper, and moves to
    /// another one with the secret.
    fn recovery_digest(&self, code: &str) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_slice())
            .expect("HMAC takes keys of any length");
        mac.update(b"recovery code\0");
        mac.update(code.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

impl Keyring {
    /// Returns the second factor of a person.
    pub(crate) async fn second_factor(
        &self,
        person: PersonId,
    ) -> Result<Option<SecondFactor>, ManagementError> {
        let Some(app) = self.store.authenticator(person).await? else {
            return Ok(None);
        };
        let left = self.store.unused_recovery_codes(person).await?;
        Ok(Some(SecondFactor {
            since: app.since,
            recovery_codes: usize::try_from(left).unwrap_or_default(),
        }))
    }

    /// Counts an attempt at a code of a person. `known` is whether the browser is signed in or has a verified device token.
    fn begin_code(
        &self,
        person: PersonId,
        email: &Email,
        (code, known): (&str, bool),
        origin: &Origin,
    ) -> Result<CodeAttempt, ManagementError> {
        let kind = match EnteredCode::parse(code) {
            Some(EnteredCode::Recovery(_)) => CodeKind::Recovery,
            Some(EnteredCode::App(_)) | None => CodeKind::App,
        };
        self.sign_ins
            .begin_code(person, kind, known, self.monotonic())
            .map_err(|retry_after_ms| {
                let kind = EventKind::SignInThrottled;
                self.telemetry.sign_in_failed(kind, email, origin);
                ManagementError::Throttled { retry_after_ms }
            })
    }

    /// Records a wrong code.
    fn wrong_code(&self, email: &Email, origin: &Origin) {
        let kind = EventKind::WrongCode;
        self.telemetry.sign_in_failed(kind, email, origin);
    }

    /// Returns what an entered code is, if it may be correct: whether a recovery code exists is known once it is used. `None` for a
    /// person without a second factor.
    async fn unused_code(
        &self,
        person: PersonId,
        entered: &str,
    ) -> Result<Option<UnusedCode>, ManagementError> {
        let (Some(entered), Some(app)) = (
            EnteredCode::parse(entered),
            self.store.authenticator(person).await?,
        ) else {
            return Ok(None);
        };
        let secret = self.authenticator_secret(person, &app)?;
        Ok(match entered {
            EnteredCode::App(code) => {
                totp::matching_step(&secret.0, &code, self.now(), app.last_step)
                    .map(UnusedCode::Step)
            }
            EnteredCode::Recovery(code) => {
                Some(UnusedCode::Recovery(secret.recovery_digest(&code)))
            }
        })
    }

    fn authenticator_secret(
        &self,
        person: PersonId,
        app: &AuthenticatorRow,
    ) -> Result<AuthenticatorSecret, ManagementError> {
        let encrypted = Encrypted {
            bytes: app.secret.clone(),
            pepper: app.pepper,
        };
        self.hasher
            .decrypt(CipherPurpose::Authenticator, person.0, &encrypted)
            .and_then(|bytes| AuthenticatorSecret::from_bytes(&bytes))
            .ok_or_else(|| {
                ManagementError::Unexpected(format!(
                    "the authenticator secret of {} cannot be decrypted under the pepper {}",
                    person.0, app.pepper
                ))
            })
    }

    /// Encrypts the secrets of authenticator apps that are under an older pepper again, and returns their number.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn upgrade_authenticators(&self) -> Result<usize, ManagementError> {
        let newest = self.hasher.newest_pepper();
        let (mut upgraded, mut after) = (0, PersonId(Uuid::nil()));
        loop {
            let old = self
                .store
                .secrets_under_other_peppers(newest, after)
                .await?;
            let Some(last) = old.last() else {
                return Ok(upgraded);
            };
            after = last.person;
            let pairs: Vec<_> = old
                .into_iter()
                .filter_map(|old| Some((self.encrypt_again(&old)?, old)))
                .map(|(new, old)| (old, new))
                .collect();
            self.store.encrypt_secrets_again(&pairs).await?;
            upgraded += pairs.len();
        }
    }

    fn encrypt_again(&self, old: &EncryptedSecret) -> Option<EncryptedSecret> {
        let (purpose, owner) = (CipherPurpose::Authenticator, old.person.0);
        let encrypted = Encrypted {
            bytes: old.secret.clone(),
            pepper: old.pepper,
        };
        let Some(secret) = self.hasher.decrypt(purpose, owner, &encrypted) else {
            tracing::error!(person = %owner, pepper = %old.pepper, "the authenticator secret of a person cannot be decrypted");
            return None;
        };
        let new = self.hasher.encrypt(purpose, owner, &secret, &*self.entropy);
        Some(EncryptedSecret {
            person: old.person,
            secret: new.bytes,
            pepper: new.pepper,
        })
    }
}
