//! Sessions with a recent sign-in.

use super::{Session, SignedIn};
use crate::ManagementError;
use domain::{audit::Action, origin::Origin, time::MINUTE};
use std::ops::Deref;
use store::PersonRow;

/// A session is fresh for ten minutes after the password was entered or a passkey was used, or after the sign-in at the identity
/// provider.
const FRESH: i64 = 10 * MINUTE;

/// A [`Session`] whose person entered the password, used a passkey, or signed in at the identity provider within the last ten minutes.
/// Required to change the second factor.
#[derive(Clone)]
pub struct FreshSession(Session);

impl Deref for FreshSession {
    type Target = Session;
    fn deref(&self) -> &Session {
        &self.0
    }
}

impl Session {
    /// Grants what requires a recent sign-in.
    ///
    /// # Errors
    /// `Stale` if it is not fresh.
    pub fn fresh(&self) -> Result<FreshSession, ManagementError> {
        if !self.is_fresh() {
            return Err(ManagementError::Stale);
        }
        Ok(FreshSession(self.clone()))
    }

    /// Whether the person entered the password, used a passkey, or signed in at the identity provider within the last ten minutes.
    pub fn is_fresh(&self) -> bool {
        self.keyring.now().since(self.row.authenticated_at) <= FRESH
    }

    /// Checks the person's password again, which makes the session fresh and gives it a new token; `None` if it is wrong. `device` as
    /// for [`SignIn::with_password`](crate::SignIn::with_password).
    ///
    /// # Errors
    /// `Throttled`; `NotFound` if the session has ended or has another token meanwhile; if the database fails.
    pub async fn reauthenticate(
        self,
        password: &str,
        device: Option<&str>,
        origin: &Origin,
    ) -> Result<Option<(Self, SignedIn)>, ManagementError> {
        if self
            .check_password(password, device, origin)
            .await?
            .is_none()
        {
            return Ok(None);
        }
        let events = self.events(Action::PasswordEntered, origin).await?;
        let token = self.replacement(self.keyring.now());
        self.keyring
            .store()
            .reauthenticate_session(&token.row(), (self.row.person, None), &events)
            .await?;
        Ok(Some(self.with_token(token)))
    }

    /// Checks the person's password; `None` if it is wrong.
    pub(super) async fn check_password(
        &self,
        password: &str,
        device: Option<&str>,
        origin: &Origin,
    ) -> Result<Option<PersonRow>, ManagementError> {
        let (keyring, email) = (&self.keyring, &self.row.email);
        // The session serves as the device: its attempts are not shared with others.
        let session = self.row.id.to_string();
        let is_known = keyring
            .sign_in()
            .knows_device(device, self.row.person)
            .await?;
        let device = device.filter(|_| is_known);
        let known = device.unwrap_or(&session);
        // The address may have become another person's since the session was read.
        let person = keyring.store().person_by_email(email).await?;
        let person = person.filter(|person| person.id == self.row.person);
        keyring
            .sign_in()
            .admit_known((email, person), password, known, origin)
            .await
    }
}
