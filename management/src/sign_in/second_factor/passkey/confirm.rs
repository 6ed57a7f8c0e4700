//! Confirming a change with a passkey, in place of the password or of a code.

use super::{PasskeyAnswer, PasskeyChallenge, needs_password};
use crate::{ManagementError, Session, SignedIn};
use domain::{audit::Action, origin::Origin};
use store::{ChallengeOf, StoreError};

impl Session {
    /// Whether the person can confirm with a passkey: there is one, and a password.
    pub fn has_passkey(&self) -> bool {
        self.row().has_passkey && self.has_password()
    }

    /// Makes a challenge for the person's passkeys, to confirm a change in this session.
    ///
    /// # Errors
    /// `Invalid` if the person has no passkey or no password, or passkeys are not offered.
    pub async fn begin_confirmation(&self) -> Result<PasskeyChallenge, ManagementError> {
        if !self.has_password() {
            return Err(needs_password().into());
        }
        let rows = self.keyring().store().passkeys_of(self.person_id()).await?;
        let of = ChallengeOf::Confirmation(self.id());
        self.keyring().passkeys().ask(of, Some(&rows)).await
    }

    /// Checks a passkey's answer, which makes the session fresh and gives it a new token; `None` if it is not correct.
    ///
    /// # Errors
    /// `NotFound` if the session has ended or has another token meanwhile; if the database fails.
    pub async fn reauthenticate_with_passkey(
        self,
        answer: PasskeyAnswer<'_>,
        origin: &Origin,
    ) -> Result<Option<(Self, SignedIn)>, ManagementError> {
        let (keyring, person) = (self.keyring().clone(), self.person_id());
        let of = ChallengeOf::Confirmation(self.id());
        let checked = keyring
            .passkeys()
            .check_answer(answer, of, Some(person), origin);
        let Some(answer) = checked.await? else {
            return Ok(None);
        };
        let action = Action::PasskeyUsed;
        let events = self.events(action, origin).await?;
        let token = self.replacement(keyring.now());
        let (row, used) = (token.row(), &answer.used);
        let store = keyring.store();
        let done = store.reauthenticate_with_passkey(person, &row, used, &events);
        match done.await {
            Ok(()) => Ok(Some(self.with_token(token))),
            Err(StoreError::Conflict) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
