//! Secrets of second factors, which are stored encrypted.

use super::{AuthenticatorSecret, recovery::RecoverySecret};
use crate::{ManagementError, SecondFactors};
use domain::{id::PersonId, time::Timestamp};
use store::{AuthenticatorRow, EncryptedSecret, FactorSecret, PepperName, SecondFactorRow};
use uuid::Uuid;
use verification::{CipherPurpose, Encrypted};
use zeroize::Zeroizing;

/// The pepper's name before a sealed text.
const NAME_BYTES: usize = 4;
/// The end of its lifetime, in front of what is sealed.
const END_BYTES: usize = 8;

impl SecondFactors<'_> {
    pub(super) fn authenticator_secret(
        self,
        person: PersonId,
        app: &AuthenticatorRow,
    ) -> Result<AuthenticatorSecret, ManagementError> {
        let kind = FactorSecret::Authenticator;
        let plain = self.stored_secret(kind, person, &app.secret, app.pepper)?;
        AuthenticatorSecret::from_bytes(&plain).ok_or_else(|| unreadable(kind, person, app.pepper))
    }

    pub(super) fn recovery_secret(
        self,
        person: PersonId,
        factor: &SecondFactorRow,
    ) -> Result<RecoverySecret, ManagementError> {
        let kind = FactorSecret::Recovery;
        let plain = self.stored_secret(kind, person, &factor.recovery_secret, factor.pepper)?;
        RecoverySecret::from_bytes(&plain).ok_or_else(|| unreadable(kind, person, factor.pepper))
    }

    fn stored_secret(
        self,
        kind: FactorSecret,
        person: PersonId,
        secret: &[u8],
        pepper: PepperName,
    ) -> Result<Zeroizing<Vec<u8>>, ManagementError> {
        let encrypted = Encrypted {
            bytes: secret.to_vec(),
            pepper,
        };
        self.keyring
            .hasher()
            .decrypt(purpose_of(kind), person.0, &encrypted)
            .ok_or_else(|| unreadable(kind, person, pepper))
    }

    /// Encrypts the secrets of second factors that are under an older pepper again, and returns their number.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn upgrade_secrets(self) -> Result<usize, ManagementError> {
        let mut upgraded = 0;
        for kind in [FactorSecret::Authenticator, FactorSecret::Recovery] {
            upgraded += self.upgrade(kind).await?;
        }
        Ok(upgraded)
    }

    async fn upgrade(self, kind: FactorSecret) -> Result<usize, ManagementError> {
        let newest = self.keyring.hasher().newest_pepper();
        let (mut upgraded, mut after) = (0, PersonId(Uuid::nil()));
        loop {
            let old = self
                .keyring
                .store()
                .secrets_under_other_peppers(kind, newest, after)
                .await?;
            let Some(last) = old.last() else {
                return Ok(upgraded);
            };
            after = last.person;
            let pairs: Vec<_> = old
                .into_iter()
                .filter_map(|old| Some((self.encrypt_again(kind, &old)?, old)))
                .map(|(new, old)| (old, new))
                .collect();
            self.keyring
                .store()
                .encrypt_secrets_again(kind, &pairs)
                .await?;
            upgraded += pairs.len();
        }
    }

    fn encrypt_again(self, kind: FactorSecret, old: &EncryptedSecret) -> Option<EncryptedSecret> {
        let (purpose, owner) = (purpose_of(kind), old.person.0);
        let encrypted = Encrypted {
            bytes: old.secret.clone(),
            pepper: old.pepper,
        };
        let Some(secret) = self.keyring.hasher().decrypt(purpose, owner, &encrypted) else {
            tracing::error!(person = %owner, pepper = %old.pepper, ?kind, "a secret of a person's second factor cannot be decrypted");
            return None;
        };
        let new = self
            .keyring
            .hasher()
            .encrypt(purpose, owner, &secret, self.keyring.entropy());
        Some(EncryptedSecret {
            person: old.person,
            secret: new.bytes,
            pepper: new.pepper,
        })
    }

    /// Encrypts a text that a form carries: only the same owner can use it, until `end`.
    pub(super) fn seal(
        self,
        purpose: CipherPurpose,
        owner: Uuid,
        plain: &[u8],
        end: Timestamp,
    ) -> String {
        let mut whole = Zeroizing::new(end.0.to_be_bytes().to_vec());
        whole.extend(plain);
        let sealed = self
            .keyring
            .hasher()
            .encrypt(purpose, owner, &whole, self.keyring.entropy());
        let mut form = sealed.pepper.0.to_be_bytes().to_vec();
        form.extend(sealed.bytes);
        hex::encode(form)
    }

    /// Reads the output of [`SecondFactors::seal`]; `None` for any other text, or after its end.
    pub(super) fn unseal(
        self,
        purpose: CipherPurpose,
        owner: Uuid,
        form: &str,
    ) -> Option<Zeroizing<Vec<u8>>> {
        let bytes = hex::decode(form).ok()?;
        let (name, sealed) = bytes.split_first_chunk::<NAME_BYTES>()?;
        let encrypted = Encrypted {
            bytes: sealed.to_vec(),
            pepper: PepperName(u32::from_be_bytes(*name)),
        };
        let whole = self.keyring.hasher().decrypt(purpose, owner, &encrypted)?;
        let (end, plain) = whole.split_first_chunk::<END_BYTES>()?;
        let end = Timestamp(i64::from_be_bytes(*end));
        (self.keyring.now() < end).then(|| Zeroizing::new(plain.to_vec()))
    }
}

const fn purpose_of(kind: FactorSecret) -> CipherPurpose {
    match kind {
        FactorSecret::Authenticator => CipherPurpose::Authenticator,
        FactorSecret::Recovery => CipherPurpose::RecoveryCodes,
    }
}

fn unreadable(kind: FactorSecret, person: PersonId, pepper: PepperName) -> ManagementError {
    ManagementError::Unexpected(format!(
        "the {kind:?} secret of {} cannot be decrypted under the pepper {pepper}",
        person.0
    ))
}
