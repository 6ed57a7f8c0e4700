//! Signing in and out.

use crate::{
    Keyring, ManagementError,
    password::{Checked, Lane},
};
use domain::{
    account::{Application, Email},
    audit::{Action, Actor, AuditEvent, FieldValues},
    id::{PersonId, SessionId},
    origin::Origin,
    security::EventKind,
    time::{HOUR, MINUTE, Timestamp},
};
use std::fmt;
use store::{NewSession, PersonRow, SessionRow, StoreError};
use verification::{TokenPurpose, random_token};

/// A session ends after 30 minutes without a request.
const IDLE: i64 = 30 * MINUTE;
/// A session ends 12 hours after the sign-in.
const ABSOLUTE: i64 = 12 * HOUR;

/// A session is fresh for ten minutes after the password was entered.
const FRESH: i64 = 10 * MINUTE;

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

/// The session of a signed-in person.
#[derive(Clone)]
pub struct Session {
    keyring: Keyring,
    row: SessionRow,
    token_hash: [u8; 32],
}

impl Keyring {
    /// Checks an e-mail address and a password; `None` if they do not match. `device` is the token of an earlier sign-in.
    ///
    /// # Errors
    /// `Throttled`; if the database fails.
    pub async fn sign_in(
        &self,
        email: &str,
        password: &str,
        device: Option<&str>,
        origin: &Origin,
    ) -> Result<Option<SignedIn>, ManagementError> {
        // An invalid address takes the same steps as an unknown one.
        let Ok(email) = Email::parse(email).or_else(|_| Email::parse("nobody@invalid")) else {
            return Ok(None);
        };
        match self.admit(&email, password, device, origin).await? {
            // `None` too if the person was disabled, or the password changed, since the check.
            Some(person) => start(self, &person, origin).await,
            None => Ok(None),
        }
    }

    /// Checks a password and counts failures; `None` for an unknown address or a wrong password.
    pub(crate) async fn admit(
        &self,
        email: &Email,
        password: &str,
        device: Option<&str>,
        origin: &Origin,
    ) -> Result<Option<PersonRow>, ManagementError> {
        let device = device.filter(|device| self.knows_device(device, email));
        self.admit_known(email, password, device, origin).await
    }

    /// [`Keyring::admit`] for a browser that is known by `known`: a verified device token, or its session.
    async fn admit_known(
        &self,
        email: &Email,
        password: &str,
        known: Option<&str>,
        origin: &Origin,
    ) -> Result<Option<PersonRow>, ManagementError> {
        let lane = if known.is_some() {
            Lane::Known
        } else {
            Lane::Open
        };
        let attempt = match self
            .sign_ins
            .begin(email, origin.address, known, self.monotonic())
        {
            Ok(attempt) => attempt,
            Err(retry_after_ms) => {
                self.telemetry.sign_in_throttled(email, origin);
                return Err(ManagementError::Throttled { retry_after_ms });
            }
        };
        let person = self.store.person_by_email(email).await?;
        let stored = person.as_ref().map(|person| person.password_hash.clone());
        match (self.passwords.check(password, stored, lane).await?, person) {
            (Checked::Right { rehash }, Some(mut person)) => {
                self.sign_ins.refund(&attempt);
                if let Some(hash) = rehash {
                    let old = std::mem::replace(&mut person.password_hash, hash);
                    let new = &person.password_hash;
                    self.store.rehash_person(person.id, &old, new).await?;
                }
                Ok(Some(person))
            }
            (Checked::Busy, _) => {
                self.sign_ins.refund_busy(&attempt);
                Err(ManagementError::BUSY)
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

    /// Creates a device token: 16 random bytes, and a MAC over them and the e-mail address.
    fn new_device(&self, email: &Email) -> String {
        let nonce = &random_token(&*self.entropy)[..32];
        let signature = self.hasher.sign_device(nonce, email.as_str());
        format!("{nonce}.{}", hex::encode(signature))
    }

    fn knows_device(&self, device: &str, email: &Email) -> bool {
        device.split_once('.').is_some_and(|(nonce, signature)| {
            self.hasher.verify_device(nonce, email.as_str(), signature)
        })
    }
}

/// Starts a session for a person whose password was checked. `None` if the person was disabled or the password changed
/// since the check.
pub(crate) async fn start(
    keyring: &Keyring,
    person: &PersonRow,
    origin: &Origin,
) -> Result<Option<SignedIn>, ManagementError> {
    let token = random_token(&*keyring.entropy);
    let stored = keyring.hasher.token_digest(TokenPurpose::Session, &token);
    let now = keyring.now();
    let new = NewSession {
        token_hash: &stored.digest,
        pepper: stored.pepper,
        id: SessionId(keyring.new_id()),
        person: person.id,
        password_hash: &person.password_hash,
        at: now,
        address: &origin.address_text(),
        user_agent: &origin.clean_user_agent(),
    };
    let action = Action::SignedIn;
    let events = events(keyring, action, person.id, &person.email, origin).await?;
    let certain = keyring.certain_now();
    let ended = (certain.plus(-IDLE), certain.plus(-ABSOLUTE));
    match keyring.store.start_session(&new, &events, ended).await {
        Ok(()) => Ok(Some(SignedIn {
            token,
            device: keyring.new_device(&person.email),
        })),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Creates the same event for each account of a person.
async fn events(
    keyring: &Keyring,
    action: Action,
    person: PersonId,
    email: &Email,
    origin: &Origin,
) -> Result<Vec<AuditEvent>, ManagementError> {
    let accounts = keyring.store.account_ids_of(person).await?;
    Ok(accounts
        .into_iter()
        .map(|account_id| AuditEvent {
            account_id,
            at: keyring.now(),
            actor: Actor::Person {
                id: person,
                email: email.to_string(),
            },
            action,
            target: email.to_string(),
            detail: String::new(),
            address: origin.address_text(),
            request_id: origin.request_id.clone(),
            before: FieldValues::default(),
            after: FieldValues::default(),
        })
        .collect())
}

impl Session {
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

    /// When the person signed in.
    pub fn signed_in_at(&self) -> Timestamp {
        self.row.created_at
    }

    /// Whether the password was entered within the last ten minutes.
    pub fn is_fresh(&self) -> bool {
        self.keyring.now().since(self.row.authenticated_at) <= FRESH
    }

    /// Checks the person's password again, which makes the session fresh; `None` if it is wrong. `device` as for
    /// [`Keyring::sign_in`].
    ///
    /// # Errors
    /// `Throttled`; `NotFound` if the session has ended meanwhile; if the database fails.
    pub async fn reauthenticate(
        mut self,
        password: &str,
        device: Option<&str>,
        origin: &Origin,
    ) -> Result<Option<Self>, ManagementError> {
        let keyring = self.keyring.clone();
        let email = self.row.email.clone();
        // The session serves as the device: its attempts are not shared with others.
        let session = self.row.id.to_string();
        let device = device.filter(|device| keyring.knows_device(device, &email));
        let known = Some(device.unwrap_or(&session));
        let admitted = keyring.admit_known(&email, password, known, origin).await?;
        if admitted.is_none() {
            return Ok(None);
        }
        let action = Action::PasswordEntered;
        let events = events(&keyring, action, self.row.person, &email, origin).await?;
        let now = keyring.now();
        keyring
            .store
            .reauthenticate_session(&self.token_hash, now, &events)
            .await?;
        self.row.authenticated_at = now;
        Ok(Some(self))
    }

    /// Returns the applications that the person may read, ordered by name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn applications(&self) -> Result<Vec<Application>, ManagementError> {
        let memberships = self.keyring.store.applications_of(self.row.person).await?;
        Ok(memberships
            .into_iter()
            .map(|(application, _)| application)
            .collect())
    }

    /// Ends the session, for requests in progress too: they read it from the database.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sign_out(&self, origin: &Origin) -> Result<(), ManagementError> {
        let events = events(
            &self.keyring,
            Action::SignedOut,
            self.row.person,
            &self.row.email,
            origin,
        )
        .await?;
        Ok(self
            .keyring
            .store
            .end_session(&self.token_hash, &events)
            .await?)
    }

    pub(crate) fn keyring(&self) -> &Keyring {
        &self.keyring
    }
}
