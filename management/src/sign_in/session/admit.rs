//! Checking a password, within the limits on guesses.

use super::{Browser, start};
use crate::{
    Admission, ManagementError, SignIn, SignInResult,
    sign_in::{
        in_time,
        password::{Checked, Lane, QueuePlace},
        throttle::Attempt,
    },
};
use domain::{account::Email, id::PersonId, origin::Origin, security::EventKind};
use std::time::Duration;
use store::PersonRow;
use uuid::Uuid;

/// How long a sign-in with a password may take. Each of its statements may take less, but there are several.
const SIGN_IN_DEADLINE: Duration = Duration::from_secs(30);

/// The id that device tokens are checked against if the address is unknown.
const UNKNOWN_PERSON: PersonId = PersonId(Uuid::nil());

impl SignIn<'_> {
    /// Checks an e-mail address and a password; `None` if they do not match. The browser's previous session ends.
    ///
    /// # Errors
    /// `Throttled`; `Busy`, after 30 s at the latest; if the database fails.
    pub async fn with_password(
        self,
        email: &str,
        password: &str,
        browser: impl Into<Browser<'_>>,
        origin: &Origin,
    ) -> Result<Option<Admission>, ManagementError> {
        let signing_in = Box::pin(self.check_and_start(email, password, browser.into(), origin));
        let admission = in_time(SIGN_IN_DEADLINE, "a sign-in with a password", signing_in).await;
        let counters = self.keyring.sign_in_state().counters();
        counters.count_failed(SignInResult::WrongPassword, admission)
    }

    async fn check_and_start(
        self,
        email: &str,
        password: &str,
        browser: Browser<'_>,
        origin: &Origin,
    ) -> Result<Option<Admission>, ManagementError> {
        // An invalid address takes the same steps as an unknown one.
        let Ok(email) = Email::parse(email).or_else(|_| Email::parse("unknown@invalid")) else {
            return Ok(None);
        };
        let admitted = self.admit(&email, password, browser.device, origin).await?;
        let Some(person) = admitted else {
            return Ok(None);
        };
        let replaced = self.replaced(browser.session, person.id, origin).await?;
        // `None` too if the person was disabled, or the password changed, since the check.
        let known = self.knows_device(browser.device, person.id).await?;
        start(self.keyring, &person, known, replaced, origin).await
    }

    /// Checks a password and counts failures; `None` for an unknown address or a wrong password.
    pub(crate) async fn admit(
        self,
        email: &Email,
        password: &str,
        device: Option<&str>,
        origin: &Origin,
    ) -> Result<Option<PersonRow>, ManagementError> {
        let Some(device) = device else {
            // Before the person is read, so that an attempt that the memory refuses costs no statement.
            let begun = self.begin_password(email, None, origin).await?;
            let person = match self.keyring.store().person_by_email(email).await {
                Ok(person) => person,
                Err(error) => {
                    self.refund(&begun.0).await;
                    return Err(error.into());
                }
            };
            return self
                .check_password((email, person), password, begun, origin)
                .await;
        };
        let person = self.keyring.store().person_by_email(email).await?;
        // An unknown address takes the same steps; no token is signed for the nil id.
        let id = person.as_ref().map_or(UNKNOWN_PERSON, |person| person.id);
        if self.knows_device(Some(device), id).await? {
            return self
                .admit_known((email, person), password, device, origin)
                .await;
        }
        let begun = self.begin_password(email, None, origin).await?;
        self.check_password((email, person), password, begun, origin)
            .await
    }

    /// [`SignIn::admit`] for the person with an address, and a browser that is known by `known`: a verified device token, or
    /// its session.
    pub(super) async fn admit_known(
        self,
        (email, person): (&Email, Option<PersonRow>),
        password: &str,
        known: &str,
        origin: &Origin,
    ) -> Result<Option<PersonRow>, ManagementError> {
        let begun = self.begin_password(email, Some(known), origin).await?;
        self.check_password((email, person), password, begun, origin)
            .await
    }

    /// Charges an attempt at a password, and takes a place in the queue for it.
    async fn begin_password(
        self,
        email: &Email,
        known: Option<&str>,
        origin: &Origin,
    ) -> Result<(Attempt, QueuePlace), ManagementError> {
        let begun = self.charge_password(email, known, origin).await;
        begun.inspect_err(|error| {
            if matches!(error, ManagementError::Throttled { .. }) {
                self.keyring.telemetry().sign_in_throttled(email, origin);
            }
        })
    }

    async fn charge_password(
        self,
        email: &Email,
        known: Option<&str>,
        origin: &Origin,
    ) -> Result<(Attempt, QueuePlace), ManagementError> {
        let lane = match known {
            Some(_) => Lane::Known,
            None => Lane::Open,
        };
        let attempt = self
            .keyring
            .sign_in_state()
            .limits()
            .begin(email, origin.address, known, self.keyring.monotonic())
            .map_err(|retry_after_ms| ManagementError::Throttled { retry_after_ms })?;
        // Before the database is asked: a flood that finds the queue full does not keep it busy.
        let Some(place) = self.keyring.sign_in_state().passwords().place(lane) else {
            self.keyring.sign_in_state().limits().refund_busy(&attempt);
            return Err(ManagementError::Busy);
        };
        Ok((self.begin_attempt(Ok(attempt)).await?, place))
    }

    /// Checks the password of the person with an address, and refunds the attempt if it is right.
    async fn check_password(
        self,
        (email, person): (&Email, Option<PersonRow>),
        password: &str,
        (attempt, place): (Attempt, QueuePlace),
        origin: &Origin,
    ) -> Result<Option<PersonRow>, ManagementError> {
        // A person without a password takes the same steps as an unknown one.
        let stored = person
            .as_ref()
            .map(|person| person.password_hash.clone())
            .filter(|hash| !hash.is_empty());
        let passwords = self.keyring.sign_in_state().passwords();
        let checked = passwords.check(password, stored, place).await;
        if checked.is_err() {
            // It was not answered.
            self.refund(&attempt).await;
        }
        match (checked?, person) {
            (Checked::Right { rehash }, Some(mut person)) => {
                self.refund(&attempt).await;
                if let Some(hash) = rehash {
                    let old = std::mem::replace(&mut person.password_hash, hash);
                    let new = &person.password_hash;
                    self.keyring
                        .store()
                        .rehash_person(person.id, &old, new)
                        .await?;
                }
                Ok(Some(person))
            }
            (_, person) => {
                if person.is_some() {
                    self.keyring
                        .telemetry()
                        .sign_in_failed(EventKind::SignInFailed, email, origin);
                }
                Ok(None)
            }
        }
    }
}
