//! Passkeys (`WebAuthn` credentials): challenges, and the checks of their answers.
//!
//! A challenge with what its answer is checked against is sealed: the page carries it, and only the server can read or make it. An
//! answer counts once: the transaction that uses it stores the challenge's digest until the challenge has expired.

mod confirm;
mod enrolment;
mod relying_party;
mod sign_in;

pub use enrolment::AddedPasskey;
pub(super) use enrolment::only_factor;
pub(crate) use relying_party::RelyingParty;

use crate::{Keyring, ManagementError, session};
use domain::{
    Invalid,
    audit::{Action, AuditEvent},
    id::{PersonId, SessionId},
    mail::SignInChange,
    origin::Origin,
    passkey::CHALLENGE_LIFETIME,
};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use std::fmt;
use store::{PasskeyRow, PasskeyUse, PersonRow, StoreError, UsedChallenge};
use uuid::Uuid;
use verification::CipherPurpose;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey as Credential, PublicKeyCredential, WebauthnError,
};

/// A challenge for an authenticator.
#[derive(Clone)]
pub struct PasskeyChallenge {
    /// The options for the browser's `navigator.credentials`, as JSON.
    pub options: String,
    /// What the answer is checked against, sealed.
    pub state: String,
}

/// The state is redacted.
impl fmt::Debug for PasskeyChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasskeyChallenge([redacted])")
    }
}

/// What the browser sends back.
#[derive(Clone, Copy)]
pub struct PasskeyAnswer<'a> {
    /// The state of the challenge, as it was sent.
    pub state: &'a str,
    /// The credential that the browser returned, as JSON.
    pub credential: &'a str,
}

/// For what, and for whom, a challenge is made: an answer counts for nothing else.
#[derive(Clone, Copy)]
pub(crate) enum CeremonyOf {
    /// A new passkey of the session's person.
    Enrolment(SessionId),
    /// A change in a session.
    Confirmation(SessionId),
    /// The second step of a sign-in, by the digest of its token.
    SecondStep([u8; 32]),
    /// A sign-in without a password.
    SignIn,
}

impl CeremonyOf {
    /// The purpose and the owner of the sealed state.
    fn seal(self) -> (CipherPurpose, Uuid) {
        match self {
            Self::Enrolment(session) => (CipherPurpose::PasskeyEnrolment, session.0),
            Self::Confirmation(session) => (CipherPurpose::PasskeyConfirmation, session.0),
            Self::SecondStep(digest) => {
                let mut half = [0; 16];
                half.copy_from_slice(&digest[..16]);
                (CipherPurpose::PasskeySecondStep, Uuid::from_bytes(half))
            }
            Self::SignIn => (CipherPurpose::PasskeySignIn, Uuid::nil()),
        }
    }
}

/// A passkey's correct answer.
pub(super) struct CorrectAnswer {
    person: PersonRow,
    /// To be used in a transaction: it may have been used meanwhile.
    pub(super) used: PasskeyUse,
    signs_in_alone: bool,
}

impl Keyring {
    /// Offers passkeys to browsers at this origin, such as `https://keys.example.com`. Where browsers refuse `WebAuthn`, for an IP
    /// address or without HTTPS, nothing is offered.
    pub fn offer_passkeys(&self, origin: &str) {
        if let Some(party) = RelyingParty::at(origin) {
            // Offered once.
            _ = self.relying_party.set(party);
        }
    }

    /// Whether passkeys can be used on pages at this origin.
    pub fn offers_passkeys_at(&self, origin: &str) -> bool {
        self.relying_party
            .get()
            .is_some_and(|party| party.origin() == origin)
    }

    fn party(&self) -> Result<&RelyingParty, ManagementError> {
        self.relying_party
            .get()
            .ok_or_else(|| Invalid::new("Passkeys aren't available at this address.").into())
    }

    fn seal_state(
        &self,
        of: CeremonyOf,
        state: &impl Serialize,
    ) -> Result<String, ManagementError> {
        let (purpose, owner) = of.seal();
        let plain = serde_json::to_vec(state).map_err(unexpected)?;
        let end = self.now().plus(CHALLENGE_LIFETIME);
        Ok(self.seal(purpose, owner, &plain, end))
    }

    /// Returns the state of a challenge that has not expired, and what is stored once it is answered.
    fn open_state<T: DeserializeOwned>(
        &self,
        of: CeremonyOf,
        sealed: &str,
    ) -> Option<(T, UsedChallenge)> {
        let (purpose, owner) = of.seal();
        let (plain, expires_at) = self.unseal(purpose, owner, sealed)?;
        let state = serde_json::from_slice(&plain).ok()?;
        // Of the bytes: hexadecimal digits have two cases.
        let digest = Sha256::digest(hex::decode(sealed).ok()?).into();
        Some((state, UsedChallenge { digest, expires_at }))
    }

    /// Makes a challenge for passkeys: any one of this site, or those of a person.
    fn ask_passkeys(
        &self,
        of: CeremonyOf,
        of_person: Option<&[PasskeyRow]>,
    ) -> Result<PasskeyChallenge, ManagementError> {
        if of_person.is_some_and(<[PasskeyRow]>::is_empty) {
            return Err(Invalid::new("You have no passkey.").into());
        }
        let (options, state) = self.party()?.ask(of_person)?;
        Ok(PasskeyChallenge {
            options,
            state: self.seal_state(of, &state)?,
        })
    }

    /// Checks a passkey's answer; `None` if it is not a correct one to this challenge, or the person is disabled. `person` is who is
    /// known to answer; without one, the answer names the person.
    pub(super) async fn check_answer(
        &self,
        answer: PasskeyAnswer<'_>,
        of: CeremonyOf,
        person: Option<PersonId>,
        origin: &Origin,
    ) -> Result<Option<CorrectAnswer>, ManagementError> {
        let opened = self.open_state::<DiscoverableAuthentication>(of, answer.state);
        let parsed = serde_json::from_str::<PublicKeyCredential>(answer.credential);
        let (Some((state, challenge)), Ok(given)) = (opened, parsed) else {
            return Ok(None);
        };
        let found = self.store.passkey_by_credential(given.get_credential_id());
        let Some((owner, row)) = found.await? else {
            return Ok(None);
        };
        // The user handle is the person's id. An authenticator may leave it out where the person is known.
        let handle = given.get_user_unique_id();
        let named = handle.is_some_and(|handle| handle == owner.id.0.as_bytes());
        let belongs = match person {
            Some(person) => person == owner.id && (named || handle.is_none()),
            None => named,
        };
        if !belongs {
            return Ok(None);
        }
        let mut credential: Credential = stored(&row)?;
        let checked = self.party()?.check(&given, state, &credential);
        let result = match checked {
            Ok(result) if result.user_verified() => result,
            Ok(_) => return Ok(None),
            Err(error) => {
                tracing::warn!(person = %owner.id, passkey = %row.passkey.id, %error, "a passkey's answer was refused");
                if matches!(error, WebauthnError::CredentialPossibleCompromise) {
                    self.refuse_copy(&owner, &row, challenge, origin).await?;
                }
                return Ok(None);
            }
        };
        credential.update_credential(&result);
        self.prune_challenges().await?;
        Ok(Some(CorrectAnswer {
            used: PasskeyUse {
                id: row.passkey.id,
                after: serde_json::to_string(&credential).map_err(unexpected)?,
                before: row.credential,
                challenge,
            },
            person: owner,
            signs_in_alone: row.passkey.signs_in_alone,
        }))
    }

    /// Reports a passkey whose counter went back, once for each challenge: an answer that is sent again has an old counter too.
    async fn refuse_copy(
        &self,
        owner: &PersonRow,
        row: &PasskeyRow,
        challenge: UsedChallenge,
        origin: &Origin,
    ) -> Result<(), ManagementError> {
        self.prune_challenges().await?;
        let name = row.passkey.name.as_str();
        let action = Action::PasskeyRefused;
        let events = session::events(self, action, owner.id, &owner.email, origin).await?;
        let events = with_detail(events, name);
        let change = SignInChange::PasskeyRefused {
            name: name.to_owned(),
        };
        let mail = self.sign_in_change(&owner.email, change, origin);
        let (of, at) = ((owner.id, row.passkey.id), self.now());
        let refused = self.store.refuse_passkey(of, at, challenge, &events, &mail);
        match self.charge_mail(&mail, refused.await) {
            Ok(()) => {
                self.telemetry.passkey_copied(name, &owner.email, origin);
                Ok(())
            }
            Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes the records of challenges that have expired for certain: a clock that is ahead for a while must not let an answer count
    /// twice.
    async fn prune_challenges(&self) -> Result<(), ManagementError> {
        Ok(self.store.prune_challenges(self.certain_now()).await?)
    }
}

/// Names the passkey in events.
fn with_detail(events: Vec<AuditEvent>, detail: &str) -> Vec<AuditEvent> {
    let name = |mut event: AuditEvent| {
        detail.clone_into(&mut event.detail);
        event
    };
    events.into_iter().map(name).collect()
}

/// What passkeys are not for: the identity provider decides at each sign-in whether a person without a password may still come in.
fn needs_password() -> Invalid {
    Invalid::new("Passkeys need a password. You sign in through your identity provider.")
}

/// Reads a stored credential.
fn stored(row: &PasskeyRow) -> Result<Credential, ManagementError> {
    serde_json::from_str(&row.credential).map_err(|error| {
        ManagementError::Unexpected(format!(
            "the passkey {} is unreadable: {error}",
            row.passkey.id
        ))
    })
}

fn unexpected(error: impl fmt::Display) -> ManagementError {
    ManagementError::Unexpected(error.to_string())
}
