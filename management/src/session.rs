//! Signing in and out.

mod device;
mod fresh;
mod list;
mod profile;
mod start;
mod token;

pub use device::DEVICE_LIFETIME;
pub use fresh::FreshSession;
pub use list::SessionSummary;
pub(crate) use start::{Replaced, SignInProof, events, insert, log_without_account, start};

use crate::{
    Admission, Keyring, ManagementError, SignInResult,
    password::{Checked, Lane},
};
use domain::{
    account::{Application, Email},
    audit::{Action, AuditEvent},
    id::{ApplicationId, PersonId, SessionId},
    origin::Origin,
    profile::Profile,
    second_factor::EnrolmentDeadline,
    security::EventKind,
    time::{HOUR, MINUTE, Timestamp},
};
use std::fmt;
use store::{PersonRow, SessionRow};
use uuid::Uuid;
use verification::TokenPurpose;

/// A session ends after 30 minutes without a request.
const IDLE: i64 = 30 * MINUTE;
/// A session ends 12 hours after the sign-in.
const ABSOLUTE: i64 = 12 * HOUR;

/// The id that device tokens are checked against if the address is unknown.
const UNKNOWN_PERSON: PersonId = PersonId(Uuid::nil());

/// The cookies of a new session.
#[derive(Clone)]
pub struct SignedIn {
    /// The session's token: 64 hexadecimal digits.
    pub token: String,
    /// The token by which this browser is known at later sign-ins, so that it is not throttled with unknown ones.
    pub device: String,
}

/// Both tokens are redacted.
impl fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignedIn([redacted])")
    }
}

/// What a browser has from an earlier sign-in.
#[derive(Clone, Copy, Default)]
pub struct Browser<'a> {
    /// Its device token, by which it is not throttled with unknown ones.
    pub device: Option<&'a str>,
    /// The token of its session, which ends when it signs in again.
    pub session: Option<&'a str>,
}

impl<'a> From<Option<&'a str>> for Browser<'a> {
    fn from(device: Option<&'a str>) -> Self {
        Self {
            device,
            session: None,
        }
    }
}

/// The session of a signed-in person.
#[derive(Clone)]
pub struct Session {
    keyring: Keyring,
    row: SessionRow,
    token_hash: [u8; 32],
}

impl Keyring {
    /// Checks an e-mail address and a password; `None` if they do not match. The browser's previous session ends.
    ///
    /// # Errors
    /// `Throttled`; if the database fails.
    pub async fn sign_in(
        &self,
        email: &str,
        password: &str,
        browser: impl Into<Browser<'_>>,
        origin: &Origin,
    ) -> Result<Option<Admission>, ManagementError> {
        let browser = browser.into();
        // An invalid address takes the same steps as an unknown one.
        let Ok(email) = Email::parse(email).or_else(|_| Email::parse("nobody@invalid")) else {
            return Ok(None);
        };
        let admitted = self.admit(&email, password, browser.device, origin).await;
        let admitted = self.count_failed_sign_in(SignInResult::WrongPassword, admitted)?;
        let Some(person) = admitted else {
            return Ok(None);
        };
        let replaced = self.replaced(browser.session, person.id, origin).await?;
        // `None` too if the person was disabled, or the password changed, since the check.
        let known = self.is_known(browser.device, person.id).await?;
        start(self, &person, known, replaced, origin).await
    }

    /// Checks a password and counts failures; `None` for an unknown address or a wrong password.
    pub(crate) async fn admit(
        &self,
        email: &Email,
        password: &str,
        device: Option<&str>,
        origin: &Origin,
    ) -> Result<Option<PersonRow>, ManagementError> {
        let person = self.store.person_by_email(email).await?;
        // An unknown address takes the same steps; no token is signed for the nil id.
        let id = person.as_ref().map_or(UNKNOWN_PERSON, |person| person.id);
        let known = self.is_known(device, id).await?;
        let known = device.filter(|_| known);
        self.admit_known((email, person), password, known, origin)
            .await
    }

    /// [`Keyring::admit`] for the person with an address, and a browser that is known by `known`: a verified device token, or
    /// its session.
    async fn admit_known(
        &self,
        (email, person): (&Email, Option<PersonRow>),
        password: &str,
        known: Option<&str>,
        origin: &Origin,
    ) -> Result<Option<PersonRow>, ManagementError> {
        let lane = if known.is_some() {
            Lane::Known
        } else {
            Lane::Open
        };
        let (limits, now) = (&self.sign_ins, self.monotonic());
        let attempt = limits.begin(email, origin.address, known, now);
        let attempt = self.begin_attempt(attempt).await.inspect_err(|error| {
            if matches!(error, ManagementError::Throttled { .. }) {
                self.telemetry.sign_in_throttled(email, origin);
            }
        })?;
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

    /// Returns the session of a cookie, unless it has ended.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn session(&self, token: &str) -> Result<Option<Session>, ManagementError> {
        let session = self.session_without_touch(token).await?;
        if let Some(session) = &session {
            let now = self.now();
            if now.since(session.row.seen_at) >= MINUTE {
                let store = &self.store;
                store.touch_session(&session.token_hash, now).await?;
            }
        }
        Ok(session)
    }

    /// As [`Keyring::session`], for requests that a page makes by itself: they do not prolong the session.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn session_without_touch(
        &self,
        token: &str,
    ) -> Result<Option<Session>, ManagementError> {
        for token_hash in self.hasher.token_digests(TokenPurpose::Session, token) {
            let Some(row) = self.store.session(&token_hash).await? else {
                continue;
            };
            let now = self.now();
            if now.since(row.seen_at) >= IDLE || now.since(row.created_at) >= ABSOLUTE {
                return Ok(None);
            }
            return Ok(Some(Session {
                keyring: self.clone(),
                row,
                token_hash,
            }));
        }
        Ok(None)
    }
}

impl Session {
    /// The session's id.
    pub fn id(&self) -> SessionId {
        self.row.id
    }

    /// Until when the person may work without a second factor, if an account requires one and the person has none.
    pub fn enrolment_deadline(&self) -> Option<EnrolmentDeadline> {
        self.row.enrolment
    }

    /// Whether the person must add a second factor before anything else.
    pub fn must_enrol(&self) -> bool {
        let now = self.keyring.now();
        self.row.enrolment.is_some_and(|end| end.has_passed(now))
    }

    /// The person's id.
    pub fn person_id(&self) -> PersonId {
        self.row.person
    }

    /// The person's e-mail address.
    pub fn email(&self) -> &Email {
        &self.row.email
    }

    /// Whether the person belongs to support.
    pub fn is_support(&self) -> bool {
        self.row.is_support
    }

    /// The person's name and preferences.
    pub fn profile(&self) -> &Profile {
        &self.row.profile
    }

    /// The current time.
    pub fn now(&self) -> Timestamp {
        self.keyring.now()
    }

    /// When the person signed in.
    pub fn signed_in_at(&self) -> Timestamp {
        self.row.created_at
    }

    /// Creates the same event for each account of the person.
    pub(crate) async fn events(
        &self,
        action: Action,
        origin: &Origin,
    ) -> Result<Vec<AuditEvent>, ManagementError> {
        let (person, email) = (self.row.person, &self.row.email);
        Ok(events(&self.keyring, action, person, email, origin).await?)
    }

    /// Returns the applications that the person may read, ordered by name, archived ones last.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn applications(&self) -> Result<Vec<Application>, ManagementError> {
        let memberships = self.keyring.store.applications_of(self.row.person).await?;
        Ok(memberships
            .into_iter()
            .map(|membership| membership.application)
            .collect())
    }

    /// Returns which of the person's applications they used last, or the first one.
    pub fn last_used<'a>(&self, applications: &'a [Application]) -> Option<&'a Application> {
        applications
            .iter()
            .find(|application| Some(application.id) == self.row.last_application)
            .or_else(|| applications.first())
    }

    /// Remembers that the person reads the pages of an application. The page does not depend on it: an error is logged.
    pub async fn remember_application(&self, app: ApplicationId) {
        if self.row.last_application == Some(app) {
            return;
        }
        let store = &self.keyring.store;
        if let Err(error) = store.set_last_application(self.row.person, app).await {
            tracing::warn!(%error, "the application used last was not stored");
        }
    }

    /// Ends the session, for requests in progress too: they read it from the database.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sign_out(&self, origin: &Origin) -> Result<(), ManagementError> {
        let events = self.events(Action::SignedOut, origin).await?;
        Ok(self
            .keyring
            .store
            .end_session((self.row.person, self.row.id), &events)
            .await?)
    }

    /// Whether the person has a password.
    pub fn has_password(&self) -> bool {
        self.row.has_password
    }

    /// Whether the person signed in through the identity provider.
    pub fn is_through_provider(&self) -> bool {
        self.row.through_provider
    }

    pub(crate) fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    pub(crate) fn row(&self) -> &SessionRow {
        &self.row
    }

    pub(crate) fn token_hash(&self) -> &[u8; 32] {
        &self.token_hash
    }
}
