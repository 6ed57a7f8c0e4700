//! Signing in, staying in, signing out.

use crate::{
    Keyring, ManagementError,
    password::{Checked, Lane},
};
use domain::origin::Origin;
use domain::{
    account::{Application, Email},
    audit::{Action, Actor, Event, Facts},
    id::{PersonId, SessionId},
    security::Kind,
    time::{HOUR, MINUTE, Timestamp},
};
use std::fmt;
use store::{NewSession, PersonRow, SessionRow, StoreError};
use verification::{TokenPurpose, random_token};

/// A session that nobody used for this long has ended: 30 minutes.
const IDLE: i64 = 30 * MINUTE;
/// A session ends this long after signing in, whatever happens: 12 hours.
const ABSOLUTE: i64 = 12 * HOUR;

/// Whoever entered the password at most this long ago need not enter it again: 10 minutes.
const FRESH: i64 = 10 * MINUTE;

/// The cookies of a browser that has just signed in.
#[derive(Clone)]
pub struct SignedIn {
    /// The session's token: 64 hexadecimal digits.
    pub token: String,
    /// What lets this browser sign in again while strangers are guessing.
    pub device: String,
}

/// Says nothing.
impl fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignedIn([redacted])")
    }
}

/// What became of an attempt to sign in.
#[derive(Debug)]
pub enum SignIn {
    /// They are in.
    Granted(SignedIn),
    /// Unknown address or wrong password: nobody learns which.
    Refused,
    /// Too many failures.
    Throttled {
        /// Milliseconds until another attempt is looked at.
        retry_after_ms: i64,
    },
    /// Too many people are signing in at this moment.
    Busy,
}

/// What became of a password that was entered again.
pub enum Proof {
    /// It is theirs: the session is fresh.
    Given(Session),
    /// It is not.
    Refused,
    /// Too many failures.
    Throttled {
        /// Milliseconds until another attempt is looked at.
        retry_after_ms: i64,
    },
    /// Too many passwords are being checked at this moment.
    Busy,
}

/// A signed-in browser.
#[derive(Clone)]
pub struct Session {
    keyring: Keyring,
    row: SessionRow,
    token_hash: [u8; 32],
}

/// What a password's check says.
pub(crate) enum Admission {
    Admitted(PersonRow),
    Refused,
    Throttled { retry_after_ms: i64 },
    Busy,
}

impl Keyring {
    /// Checks an address and a password. `device` is the cookie of an earlier sign-in.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn sign_in(
        &self,
        email: &str,
        password: &str,
        device: Option<&str>,
        origin: &Origin,
    ) -> Result<SignIn, ManagementError> {
        // What is no address is checked like an unknown one.
        let Ok(email) = Email::parse(email).or_else(|_| Email::parse("nobody@invalid")) else {
            return Ok(SignIn::Refused);
        };
        Ok(match self.admit(&email, password, device, origin).await? {
            Admission::Admitted(person) => match start(self, &person, origin).await? {
                Some(signed_in) => SignIn::Granted(signed_in),
                // Disabled, or given another password, since it was checked.
                None => SignIn::Refused,
            },
            Admission::Refused => SignIn::Refused,
            Admission::Throttled { retry_after_ms } => SignIn::Throttled { retry_after_ms },
            Admission::Busy => SignIn::Busy,
        })
    }

    /// Checks a password, and counts the failures.
    pub(crate) async fn admit(
        &self,
        email: &Email,
        password: &str,
        device: Option<&str>,
        origin: &Origin,
    ) -> Result<Admission, ManagementError> {
        let device = device.filter(|device| self.knows_device(device, email));
        self.admit_known(email, password, device, origin).await
    }

    /// [`Keyring::admit`] for a browser that is known by `known`: a device that was checked, or its session.
    async fn admit_known(
        &self,
        email: &Email,
        password: &str,
        known: Option<&str>,
        origin: &Origin,
    ) -> Result<Admission, ManagementError> {
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
                return Ok(Admission::Throttled { retry_after_ms });
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
                Ok(Admission::Admitted(person))
            }
            (Checked::Busy, _) => {
                self.sign_ins.refund_busy(&attempt);
                Ok(Admission::Busy)
            }
            (_, person) => {
                if person.is_some() {
                    self.telemetry
                        .sign_in_failed(Kind::SignInFailed, email, origin);
                }
                Ok(Admission::Refused)
            }
        }
    }

    /// The session of a cookie, unless it has ended.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn session(&self, token: &str) -> Result<Option<Session>, ManagementError> {
        let session = self.session_in_passing(token).await?;
        if let Some(session) = &session {
            let now = self.now();
            if now.since(session.row.seen_at) >= MINUTE {
                let store = &self.store;
                store.touch_session(&session.token_hash, now).await?;
            }
        }
        Ok(session)
    }

    /// As [`Keyring::session`], for what a page does by itself: it keeps no session alive.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn session_in_passing(
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

    /// A device cookie: 16 random bytes and a MAC over them and the address.
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

/// Begins a session for a person whose password was checked. `None` where they were disabled or got another password
/// meanwhile.
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

/// The same event for each account of a person.
async fn events(
    keyring: &Keyring,
    action: Action,
    person: PersonId,
    email: &Email,
    origin: &Origin,
) -> Result<Vec<Event>, ManagementError> {
    let accounts = keyring.store.accounts_of(person).await?;
    Ok(accounts
        .into_iter()
        .map(|account_id| Event {
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
            before: Facts::default(),
            after: Facts::default(),
        })
        .collect())
}

impl Session {
    /// Who.
    pub fn person_id(&self) -> PersonId {
        self.row.person
    }

    /// Their address.
    pub fn email(&self) -> &Email {
        &self.row.email
    }

    /// Whether they are platform staff.
    pub fn is_support(&self) -> bool {
        self.row.is_support
    }

    /// When they signed in.
    pub fn signed_in_at(&self) -> Timestamp {
        self.row.created_at
    }

    /// Whether the password was entered within the last ten minutes.
    pub fn is_fresh(&self) -> bool {
        self.keyring.now().since(self.row.authenticated_at) <= FRESH
    }

    /// Takes the person's password again, so that the session is fresh. `device` as for [`Keyring::sign_in`].
    ///
    /// # Errors
    /// `NotFound` where the session has ended meanwhile; where the database fails.
    pub async fn prove(
        mut self,
        password: &str,
        device: Option<&str>,
        origin: &Origin,
    ) -> Result<Proof, ManagementError> {
        let keyring = self.keyring.clone();
        let email = self.row.email.clone();
        // A session is as good as a device: nobody else uses its attempts up.
        let session = self.row.id.to_string();
        let device = device.filter(|device| keyring.knows_device(device, &email));
        let known = Some(device.unwrap_or(&session));
        match keyring.admit_known(&email, password, known, origin).await? {
            Admission::Admitted(_) => {}
            Admission::Refused => return Ok(Proof::Refused),
            Admission::Throttled { retry_after_ms } => {
                return Ok(Proof::Throttled { retry_after_ms });
            }
            Admission::Busy => return Ok(Proof::Busy),
        }
        let action = Action::PasswordEntered;
        let events = events(&keyring, action, self.row.person, &email, origin).await?;
        let now = keyring.now();
        keyring
            .store
            .prove_session(&self.token_hash, now, &events)
            .await?;
        self.row.authenticated_at = now;
        Ok(Proof::Given(self))
    }

    /// The applications that they may see, by name.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn applications(&self) -> Result<Vec<Application>, ManagementError> {
        let memberships = self.keyring.store.applications_of(self.row.person).await?;
        Ok(memberships
            .into_iter()
            .map(|(application, _)| application)
            .collect())
    }

    /// Ends the session, for requests under way too: they ask the database.
    ///
    /// # Errors
    /// Where the database fails.
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
