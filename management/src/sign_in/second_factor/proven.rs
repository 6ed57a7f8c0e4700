//! Sessions whose person has proved a second factor, to add another one.

use super::{PasskeyAnswer, Proof};
use crate::{FreshSession, ManagementError, Session, SignedIn};
use domain::{Invalid, audit::Action, origin::Origin};
use std::ops::Deref;

/// A [`FreshSession`] whose person has just proved the second factor. Required to add to it.
#[derive(Clone)]
pub struct ProvenSession(FreshSession);

impl Deref for ProvenSession {
    type Target = FreshSession;
    fn deref(&self) -> &FreshSession {
        &self.0
    }
}

impl FreshSession {
    /// Grants adding to the second factor, with a code; `None` if it is wrong or was used before.
    ///
    /// # Errors
    /// `NotFound` if the session has ended; `Throttled`.
    pub async fn prove_by_code(
        &self,
        code: &str,
        origin: &Origin,
    ) -> Result<Option<ProvenSession>, ManagementError> {
        let (keyring, person) = (self.keyring().clone(), self.person_id());
        let action = Action::CodeUsed;
        let events = self.events(action, origin).await?;
        let (acting, at) = ((person, self.id()), keyring.now());
        let proven = self
            .with_proof(Proof::Code(code), origin, async move |proof| {
                let store = keyring.store();
                store.prove_second_factor(acting, &proof, at, &events).await
            })
            .await?;
        Ok(proven.then(|| ProvenSession(self.clone())))
    }

    /// Refuses to begin to add a factor without a proof of those that the person has.
    pub(super) async fn require_no_factor(&self) -> Result<(), ManagementError> {
        let store = self.keyring().store();
        if store.second_factor(self.person_id()).await?.is_some() {
            return Err(
                Invalid::new("Use a passkey or enter a code to add another factor.").into(),
            );
        }
        Ok(())
    }
}

impl Session {
    /// Grants adding to the second factor, with a passkey, whose answer makes the session fresh too; `None` if it is not correct. The
    /// session gets a new token.
    ///
    /// # Errors
    /// As [`Session::reauthenticate_with_passkey`].
    pub async fn prove_by_passkey(
        self,
        answer: PasskeyAnswer<'_>,
        origin: &Origin,
    ) -> Result<Option<(ProvenSession, SignedIn)>, ManagementError> {
        let done = self.reauthenticate_with_passkey(answer, origin).await?;
        let Some((session, signed_in)) = done else {
            return Ok(None);
        };
        Ok(Some((ProvenSession(session.fresh()?), signed_in)))
    }
}
