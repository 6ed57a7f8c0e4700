//! Checking a password, within the limits on guesses.

use crate::{
    Keyring, ManagementError,
    password::{Checked, Lane},
    sign_in_throttle::Attempt,
};
use domain::{account::Email, id::PersonId, origin::Origin, security::EventKind};
use store::PersonRow;
use uuid::Uuid;

/// The id that device tokens are checked against if the address is unknown.
const UNKNOWN_PERSON: PersonId = PersonId(Uuid::nil());

impl Keyring {
    /// Checks a password and counts failures; `None` for an unknown address or a wrong password.
    pub(crate) async fn admit(
        &self,
        email: &Email,
        password: &str,
        device: Option<&str>,
        origin: &Origin,
    ) -> Result<Option<PersonRow>, ManagementError> {
        let Some(device) = device else {
            // Before the person is read, so that an attempt that the memory refuses costs no statement.
            let attempt = self.begin_password(email, None, origin).await?;
            let person = match self.store.person_by_email(email).await {
                Ok(person) => person,
                Err(error) => {
                    self.refund(&attempt).await;
                    return Err(error.into());
                }
            };
            return self
                .check_password((email, person), password, (attempt, Lane::Open), origin)
                .await;
        };
        let person = self.store.person_by_email(email).await?;
        // An unknown address takes the same steps; no token is signed for the nil id.
        let id = person.as_ref().map_or(UNKNOWN_PERSON, |person| person.id);
        if self.is_known(Some(device), id).await? {
            return self
                .admit_known((email, person), password, device, origin)
                .await;
        }
        let attempt = self.begin_password(email, None, origin).await?;
        self.check_password((email, person), password, (attempt, Lane::Open), origin)
            .await
    }

    /// [`Keyring::admit`] for the person with an address, and a browser that is known by `known`: a verified device token, or
    /// its session.
    pub(super) async fn admit_known(
        &self,
        (email, person): (&Email, Option<PersonRow>),
        password: &str,
        known: &str,
        origin: &Origin,
    ) -> Result<Option<PersonRow>, ManagementError> {
        let attempt = self.begin_password(email, Some(known), origin).await?;
        self.check_password((email, person), password, (attempt, Lane::Known), origin)
            .await
    }

    /// Charges an attempt at a password.
    async fn begin_password(
        &self,
        email: &Email,
        known: Option<&str>,
        origin: &Origin,
    ) -> Result<Attempt, ManagementError> {
        let (limits, now) = (&self.sign_ins, self.monotonic());
        let attempt = limits.begin(email, origin.address, known, now);
        self.begin_attempt(attempt).await.inspect_err(|error| {
            if matches!(error, ManagementError::Throttled { .. }) {
                self.telemetry.sign_in_throttled(email, origin);
            }
        })
    }

    /// Checks the password of the person with an address, and refunds the attempt if it is right.
    async fn check_password(
        &self,
        (email, person): (&Email, Option<PersonRow>),
        password: &str,
        (attempt, lane): (Attempt, Lane),
        origin: &Origin,
    ) -> Result<Option<PersonRow>, ManagementError> {
        // A person without a password takes the same steps as an unknown one.
        let stored = person
            .as_ref()
            .map(|person| person.password_hash.clone())
            .filter(|hash| !hash.is_empty());
        match (self.passwords.check(password, stored, lane).await?, person) {
            (Checked::Right { rehash }, Some(mut person)) => {
                self.refund(&attempt).await;
                if let Some(hash) = rehash {
                    let old = std::mem::replace(&mut person.password_hash, hash);
                    let new = &person.password_hash;
                    self.store.rehash_person(person.id, &old, new).await?;
                }
                Ok(Some(person))
            }
            (Checked::Busy, _) => {
                self.refund_busy(&attempt).await;
                Err(ManagementError::Busy)
            }
            (_, person) => {
                if person.is_some() {
                    self.telemetry
                        .sign_in_failed(EventKind::SignInFailed, email, origin);
                }
                Ok(None)
            }
        }
    }
}
