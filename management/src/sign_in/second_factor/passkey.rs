//! Passkeys (`WebAuthn` credentials): challenges, and the checks of their answers.
//!
//! What an answer is checked against is stored, for five minutes and for one session, pending sign-in or browser. The page has a random
//! handle of it. An answer counts once: the transaction that uses it deletes the row.

mod confirm;
mod enrolment;
mod relying_party;
mod sign_in;

pub use enrolment::AddedPasskey;
pub(super) use enrolment::only_factor;
pub(crate) use relying_party::RelyingParty;
pub use sign_in::PasskeySignIn;

use crate::{Keyring, ManagementError, sign_in::session};
use domain::{
    Invalid,
    audit::{Action, AuditEvent},
    id::PersonId,
    mail::SignInChange,
    origin::Origin,
    passkey::CHALLENGE_LIFETIME,
};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use std::fmt;
use store::{ChallengeOf, NewChallenge, PasskeyRow, PasskeyUse, PersonRow, StoreError};
use verification::random_token;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey as Credential, PublicKeyCredential, WebauthnError,
};

/// The passkeys of all people.
#[derive(Clone, Copy)]
pub struct Passkeys<'k> {
    pub(crate) keyring: &'k Keyring,
}

/// A challenge for an authenticator.
#[derive(Clone)]
pub struct PasskeyChallenge {
    /// The options for the browser's `navigator.credentials`, as JSON.
    pub options: String,
    /// The challenge's handle, which the page sends back with the answer: 64 hexadecimal digits.
    pub handle: String,
}

/// The handle is redacted.
impl fmt::Debug for PasskeyChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasskeyChallenge([redacted])")
    }
}

/// The browser's answer to a challenge.
#[derive(Clone, Copy)]
pub struct PasskeyAnswer<'a> {
    /// The handle of the challenge.
    pub handle: &'a str,
    /// The credential that the browser returned, as JSON.
    pub credential: &'a str,
}

/// A passkey's correct answer.
pub(super) struct CorrectAnswer {
    person: PersonRow,
    /// To be used in a transaction: it may have been used meanwhile.
    pub(super) used: PasskeyUse,
    signs_in_alone: bool,
}

impl Passkeys<'_> {
    /// Offers passkeys to browsers at this origin, such as `https://keys.example.com`. Where browsers refuse `WebAuthn`, for an IP
    /// address or without HTTPS, nothing is offered.
    pub fn offer_at(self, origin: &str) {
        self.keyring.sign_in_state().offer_passkeys(origin);
    }

    /// Whether passkeys can be used on pages at this origin.
    pub fn are_offered_at(self, origin: &str) -> bool {
        self.keyring.sign_in_state().offers_passkeys_at(origin)
    }

    /// Stores what the answer to a challenge is checked against.
    async fn keep_challenge(
        self,
        of: ChallengeOf,
        (options, state): (String, &impl Serialize),
    ) -> Result<PasskeyChallenge, ManagementError> {
        let handle = random_token(self.keyring.entropy());
        let state = serde_json::to_string(state).map_err(unexpected)?;
        let at = self.keyring.now();
        let new = NewChallenge {
            handle_hash: &digest(&handle),
            of,
            state: &state,
            at,
            expires_at: at.plus(CHALLENGE_LIFETIME),
        };
        self.keyring.store().insert_challenge(&new).await?;
        Ok(PasskeyChallenge { options, handle })
    }

    /// Returns what the answer to a challenge is checked against, and SHA-256 of the handle; `None` if there is no such challenge.
    async fn kept_challenge<T: DeserializeOwned>(
        self,
        of: ChallengeOf,
        handle: &str,
    ) -> Result<Option<(T, [u8; 32])>, ManagementError> {
        let hash = digest(handle);
        let state = self
            .keyring
            .store()
            .challenge_state(&hash, of, self.keyring.now())
            .await?;
        let state = state.and_then(|state| serde_json::from_str(&state).ok());
        Ok(state.map(|state| (state, hash)))
    }

    /// Makes a challenge for passkeys: any one of this site, or those of a person.
    async fn ask(
        self,
        of: ChallengeOf,
        of_person: Option<&[PasskeyRow]>,
    ) -> Result<PasskeyChallenge, ManagementError> {
        if of_person.is_some_and(<[PasskeyRow]>::is_empty) {
            return Err(Invalid::new("You have no passkey.").into());
        }
        let (options, state) = self
            .keyring
            .sign_in_state()
            .relying_party()?
            .ask(of_person)?;
        self.keep_challenge(of, (options, &state)).await
    }

    /// Checks a passkey's answer; `None` if it is not a correct one to this challenge, or the person is disabled. `person` is who is
    /// known to answer; without one, the answer names the person.
    pub(super) async fn check_answer(
        self,
        answer: PasskeyAnswer<'_>,
        of: ChallengeOf,
        person: Option<PersonId>,
        origin: &Origin,
    ) -> Result<Option<CorrectAnswer>, ManagementError> {
        let Ok(given) = serde_json::from_str::<PublicKeyCredential>(answer.credential) else {
            return Ok(None);
        };
        let kept = self.kept_challenge::<DiscoverableAuthentication>(of, answer.handle);
        let Some((state, challenge)) = kept.await? else {
            return Ok(None);
        };
        let found = self
            .keyring
            .store()
            .passkey_by_credential(given.get_credential_id());
        let Some((owner, row)) = found.await? else {
            return Ok(None);
        };
        // The user handle is the person's id. An authenticator may leave it out where the person is known.
        let user_handle = given.get_user_unique_id();
        let named = user_handle.is_some_and(|handle| handle == owner.id.0.as_bytes());
        let belongs = match person {
            Some(person) => person == owner.id && (named || user_handle.is_none()),
            None => named,
        };
        if !belongs {
            return Ok(None);
        }
        let mut credential: Credential = stored(&row)?;
        let checked =
            self.keyring
                .sign_in_state()
                .relying_party()?
                .check(&given, state, &credential);
        let result = match checked {
            Ok(result) if result.user_verified() => result,
            Ok(_) => return Ok(None),
            Err(error) => {
                tracing::warn!(person = %owner.id, passkey = %row.passkey.id, %error, "a passkey's answer was refused");
                if matches!(error, WebauthnError::CredentialPossibleCompromise) {
                    self.refuse_copy(&owner, &row, &challenge, origin).await?;
                }
                return Ok(None);
            }
        };
        credential.update_credential(&result);
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
        self,
        owner: &PersonRow,
        row: &PasskeyRow,
        challenge: &[u8; 32],
        origin: &Origin,
    ) -> Result<(), ManagementError> {
        let name = row.passkey.name.as_str();
        let action = Action::PasskeyRefused;
        let events = session::events(self.keyring, action, owner.id, &owner.email, origin).await?;
        let events = with_detail(events, name);
        let change = SignInChange::PasskeyRefused {
            name: name.to_owned(),
        };
        let mail = self
            .keyring
            .outbox()
            .sign_in_change(&owner.email, change, origin);
        let (of, at) = ((owner.id, row.passkey.id), self.keyring.now());
        let refused = self
            .keyring
            .store()
            .refuse_passkey(of, at, challenge, &events, &mail);
        match self.keyring.outbox().charge(&mail, refused.await) {
            Ok(()) => {
                self.keyring
                    .telemetry()
                    .passkey_copied(name, &owner.email, origin);
                Ok(())
            }
            Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error.into()),
        }
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

/// The error for a person without a password: the identity provider decides at each sign-in whether they may still come in.
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

/// Of a handle and of a browser's token, which are random.
fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

fn unexpected(error: impl fmt::Display) -> ManagementError {
    ManagementError::Unexpected(error.to_string())
}
