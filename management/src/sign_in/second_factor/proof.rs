//! Proofs of a second factor: codes, and answers of passkeys.

use super::{PasskeyAnswer, totp};
use crate::{
    ManagementError, SecondFactors, Session,
    sign_in::throttle::{Attempt, CodeKind},
};
use domain::{
    account::Email, id::PersonId, origin::Origin, second_factor::EnteredCode, security::EventKind,
};
use store::{ChallengeOf, StoreError, UnusedProof};

/// A proof of the second factor, as a person gives it.
#[derive(Clone, Copy)]
pub(super) enum Proof<'a> {
    /// A code of the authenticator app, or a recovery code, as it was entered.
    Code(&'a str),
    /// A passkey's answer.
    Passkey(PasskeyAnswer<'a>),
}

impl SecondFactors<'_> {
    /// Counts an attempt at a code of a person. `known` is whether the browser is signed in or has a verified device token.
    pub(super) async fn begin_code(
        self,
        person: PersonId,
        email: &Email,
        (code, known): (&str, bool),
        origin: &Origin,
    ) -> Result<Attempt, ManagementError> {
        let kind = match EnteredCode::parse(code) {
            Some(EnteredCode::Recovery(_)) => CodeKind::Recovery,
            Some(EnteredCode::App(_)) | None => CodeKind::App,
        };
        let (limits, now) = (
            self.keyring.sign_in_state().limits(),
            self.keyring.monotonic(),
        );
        let attempt = limits.begin_code(person, kind, known, now);
        self.keyring
            .sign_in()
            .begin_attempt(attempt)
            .await
            .inspect_err(|error| {
                if matches!(error, ManagementError::Throttled { .. }) {
                    let kind = EventKind::SignInThrottled;
                    self.keyring.telemetry().sign_in_failed(kind, email, origin);
                }
            })
    }

    /// Records a wrong code.
    pub(super) fn wrong_code(self, email: &Email, origin: &Origin) {
        let kind = EventKind::WrongCode;
        self.keyring.telemetry().sign_in_failed(kind, email, origin);
    }

    /// Returns what an entered code is, if it may be correct: whether a recovery code exists is known once it is used. `None` for a
    /// person who has nothing that the code could be of.
    pub(super) async fn unused_code(
        self,
        person: PersonId,
        entered: &str,
    ) -> Result<Option<UnusedProof>, ManagementError> {
        Ok(match EnteredCode::parse(entered) {
            None => None,
            Some(EnteredCode::App(code)) => {
                let Some(app) = self.keyring.store().authenticator(person).await? else {
                    return Ok(None);
                };
                let secret = self.authenticator_secret(person, &app)?;
                totp::check_code(&secret.0, &code, self.keyring.now(), app.last_step)
                    .map(UnusedProof::Step)
            }
            Some(EnteredCode::Recovery(code)) => {
                let Some(factor) = self.keyring.store().second_factor(person).await? else {
                    return Ok(None);
                };
                let secret = self.recovery_secret(person, &factor)?;
                Some(UnusedProof::Recovery(secret.digest(&code)))
            }
        })
    }
}

impl Session {
    /// Makes a change that uses a proof; whether the proof was right. Wrong codes are counted.
    pub(super) async fn with_proof(
        &self,
        proof: Proof<'_>,
        origin: &Origin,
        change: impl AsyncFnOnce(UnusedProof) -> Result<(), StoreError>,
    ) -> Result<bool, ManagementError> {
        match proof {
            Proof::Code(code) => self.with_code(code, origin, change).await,
            Proof::Passkey(answer) => {
                let of = ChallengeOf::Confirmation(self.id());
                let person = Some(self.person_id());
                let checked = self
                    .keyring()
                    .passkeys()
                    .check_answer(answer, of, person, origin);
                let Some(answer) = checked.await? else {
                    return Ok(false);
                };
                match change(UnusedProof::Passkey(answer.used)).await {
                    Ok(()) => Ok(true),
                    Err(StoreError::Conflict) => Ok(false),
                    Err(error) => Err(error.into()),
                }
            }
        }
    }

    async fn with_code(
        &self,
        code: &str,
        origin: &Origin,
        change: impl AsyncFnOnce(UnusedProof) -> Result<(), StoreError>,
    ) -> Result<bool, ManagementError> {
        let (keyring, person) = (self.keyring(), self.person_id());
        let attempt = keyring
            .second_factors()
            .begin_code(person, self.email(), (code, true), origin)
            .await?;
        let done = match keyring.second_factors().unused_code(person, code).await? {
            Some(code) => change(code).await,
            None => Err(StoreError::Conflict),
        };
        match done {
            Ok(()) => {
                keyring.sign_in().refund(&attempt).await;
                Ok(true)
            }
            Err(StoreError::Conflict) => {
                keyring.second_factors().wrong_code(self.email(), origin);
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }
}
