//! Second factors: an authenticator app, passkeys, and recovery codes.

mod at_rest;
mod enrolment;
mod passkey;
mod proof;
mod proven;
mod recovery;
mod sign_in;
mod totp;

pub use enrolment::AuthenticatorSetup;
pub(crate) use passkey::RelyingParty;
pub use passkey::{AddedPasskey, PasskeyAnswer, PasskeyChallenge, PasskeySignIn, Passkeys};
use proof::Proof;
pub use proven::ProvenSession;
pub use recovery::RecoveryCodes;
pub use sign_in::{Admission, PendingFactors, PendingSignIn};

use crate::{Keyring, ManagementError};
use domain::{id::PersonId, second_factor::SecondFactor, time::Timestamp};
use recovery::RecoverySecret;
use std::fmt;
use store::{FactorAddition, NewRecoveryCodes, NewSecondFactor, PepperName};
use verification::{CipherPurpose, Entropy};
use zeroize::Zeroizing;

/// The second factors of all people.
#[derive(Clone, Copy)]
pub struct SecondFactors<'k> {
    pub(crate) keyring: &'k Keyring,
}

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
}

/// The recovery codes that come with a person's first app or passkey.
struct FirstFactor {
    codes: RecoveryCodes,
    hashes: Vec<[u8; 32]>,
    secret: Vec<u8>,
    pepper: PepperName,
    at: Timestamp,
}

impl FirstFactor {
    fn addition(first: Option<&Self>) -> FactorAddition<'_> {
        let Some(first) = first else {
            return FactorAddition::Proven;
        };
        FactorAddition::First(NewSecondFactor {
            recovery_secret: &first.secret,
            pepper: first.pepper,
            codes: NewRecoveryCodes {
                hashes: &first.hashes,
                at: first.at,
            },
        })
    }
}

impl SecondFactors<'_> {
    /// Returns the second factor of a person.
    pub(crate) async fn of(
        self,
        person: PersonId,
    ) -> Result<Option<SecondFactor>, ManagementError> {
        let Some(factor) = self.keyring.store().second_factor(person).await? else {
            return Ok(None);
        };
        let app = self.keyring.store().authenticator(person).await?;
        let passkeys = self.keyring.store().passkeys_of(person).await?;
        let left = self.keyring.store().unused_recovery_codes(person).await?;
        Ok(Some(SecondFactor {
            since: factor.since,
            app_since: app.map(|app| app.since),
            passkeys: passkeys.into_iter().map(|row| row.passkey).collect(),
            recovery_codes: usize::try_from(left).unwrap_or_default(),
        }))
    }

    /// Generates the recovery codes that come with a person's first factor.
    fn first_factor(self, person: PersonId) -> FirstFactor {
        let secret = RecoverySecret::generate(self.keyring.entropy());
        let (codes, hashes) = secret.new_codes(self.keyring.entropy());
        let (purpose, plain) = (CipherPurpose::RecoveryCodes, secret.as_bytes());
        let encrypted =
            self.keyring
                .hasher()
                .encrypt(purpose, person.0, plain, self.keyring.entropy());
        FirstFactor {
            codes,
            hashes,
            secret: encrypted.bytes,
            pepper: encrypted.pepper,
            at: self.keyring.now(),
        }
    }
}
