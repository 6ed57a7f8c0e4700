//! Sessions: finding them, their timeouts (expiry), and signing out. Signing in is in `session/start.rs`.

mod admit;
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

use crate::{Keyring, ManagementError};
use domain::{
    account::{Application, Email},
    audit::{Action, AuditEvent},
    id::{ApplicationId, PersonId, SessionId},
    origin::Origin,
    profile::Profile,
    second_factor::EnrolmentDeadline,
    time::{HOUR, MINUTE, Timestamp},
};
use std::fmt;
use store::SessionRow;
use verification::TokenPurpose;

/// The idle timeout: a session ends after 30 minutes without a request.
const IDLE_TIMEOUT: i64 = 30 * MINUTE;
/// The absolute timeout: a session ends 12 hours after the sign-in.
const ABSOLUTE_TIMEOUT: i64 = 12 * HOUR;

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

/// The tokens that a browser has.
#[derive(Clone, Copy, Default)]
pub struct Browser<'a> {
    /// Its device token, by which it is not throttled with unknown ones.
    pub device: Option<&'a str>,
    /// The token of its session, which ends when it signs in again.
    pub session: Option<&'a str>,
    /// The token by which it may answer its challenges for a sign-in with a passkey alone.
    pub passkey: Option<&'a str>,
}

impl<'a> From<Option<&'a str>> for Browser<'a> {
    fn from(device: Option<&'a str>) -> Self {
        Self {
            device,
            ..Self::default()
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

/// The sessions of all people.
#[derive(Clone, Copy)]
pub struct Sessions<'k> {
    pub(crate) keyring: &'k Keyring,
}

impl Sessions<'_> {
    /// Returns the session of a cookie, unless it has ended.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn find(self, token: &str) -> Result<Option<Session>, ManagementError> {
        let session = self.find_without_touch(token).await?;
        if let Some(session) = &session {
            let now = self.keyring.now();
            if now.since(session.row.seen_at) >= MINUTE {
                let store = self.keyring.store();
                store.touch_session(&session.token_hash, now).await?;
            }
        }
        Ok(session)
    }

    /// As [`Sessions::find`], for requests that a page makes by itself: they do not prolong the session.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn find_without_touch(self, token: &str) -> Result<Option<Session>, ManagementError> {
        for token_hash in self
            .keyring
            .hasher()
            .token_digests(TokenPurpose::Session, token)
        {
            let Some(row) = self.keyring.store().session(&token_hash).await? else {
                continue;
            };
            let now = self.keyring.now();
            if now.since(row.seen_at) >= IDLE_TIMEOUT
                || now.since(row.created_at) >= ABSOLUTE_TIMEOUT
            {
                return Ok(None);
            }
            return Ok(Some(Session {
                keyring: self.keyring.clone(),
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
        let memberships = self
            .keyring
            .store()
            .applications_of(self.row.person)
            .await?;
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
        let store = self.keyring.store();
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
            .store()
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
