//! A person who cannot sign in, or must not any more: links that reset a password, disabling and enabling.

use crate::{
    Keyring, ManagementError,
    password::{Lane, check_new},
};
use domain::origin::Origin;
use domain::{
    account::Email,
    audit::{Action, Actor, Event, Facts},
    id::{AccountId, PersonId},
    time::{MINUTE, Timestamp},
};
use secrecy::{ExposeSecret, SecretString};
use std::{fmt, sync::Arc};
use store::{NewPasswordReset, Store, StoreError};
use verification::{Clock, Entropy, Peppers, SecretHasher, TokenPurpose, random_token};

/// How long a link that resets a password works: 30 minutes.
const RESET_LASTS: i64 = 30 * MINUTE;

/// A link that was just made: its token is told this once.
pub struct ResetLink {
    /// Whose password it resets.
    pub email: Email,
    /// 64 hexadecimal digits, which stand in the link.
    pub token: String,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// The token is redacted.
impl fmt::Debug for ResetLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResetLink({}, [redacted])", self.email)
    }
}

/// What became of a change of a person.
#[derive(Debug)]
pub enum Administered<T> {
    /// It was made.
    Done(T),
    /// Nobody has this address.
    Unknown,
    /// The person is disabled, or is not, already.
    Already,
}

/// Changes of people by the command line. They need no index of keys, and so can be made beside the process that owns the
/// database: people and sessions are read from it at every request.
pub struct PeopleAdmin {
    store: Store,
    hasher: SecretHasher,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl PeopleAdmin {
    /// Over a store of [`Store::open_beside`].
    pub fn new(
        store: Store,
        peppers: &Peppers,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let hasher = SecretHasher::new(peppers);
        store.seal_with(hasher.seal_keys());
        Self {
            store,
            hasher,
            clock,
            entropy,
        }
    }

    /// Makes a link that resets a person's password, once within 30 minutes. An earlier one ends.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn reset_link(
        &self,
        email: &Email,
    ) -> Result<Administered<ResetLink>, ManagementError> {
        let Some(person) = self.store.person_state(email).await? else {
            return Ok(Administered::Unknown);
        };
        let token = random_token(&*self.entropy);
        let stored = self
            .hasher
            .token_digest(TokenPurpose::PasswordReset, &token);
        let at = self.clock.now();
        let new = NewPasswordReset {
            token_hash: &stored.digest,
            pepper: stored.pepper,
            person: person.id,
            at,
            expires_at: at.plus(RESET_LASTS),
        };
        let events = self
            .events(Action::ResetLinkMade, person.id, email, at)
            .await?;
        match self.store.make_password_reset(&new, &events).await {
            Ok(()) => Ok(Administered::Done(ResetLink {
                email: email.clone(),
                token,
                expires_at: new.expires_at,
            })),
            Err(StoreError::NotFound) => Ok(Administered::Already),
            Err(error) => Err(error.into()),
        }
    }

    /// Lets a person sign in no longer: their sessions, the invitations that they made and the links that reset their
    /// password end with the change.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn disable(&self, email: &Email) -> Result<Administered<()>, ManagementError> {
        self.set_disabled(email, true).await
    }

    /// Lets a disabled person sign in again.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn enable(&self, email: &Email) -> Result<Administered<()>, ManagementError> {
        self.set_disabled(email, false).await
    }

    async fn set_disabled(
        &self,
        email: &Email,
        disabled: bool,
    ) -> Result<Administered<()>, ManagementError> {
        let Some(person) = self.store.person_state(email).await? else {
            return Ok(Administered::Unknown);
        };
        let at = self.clock.now();
        let action = if disabled {
            Action::PersonDisabled
        } else {
            Action::PersonEnabled
        };
        let events = self.events(action, person.id, email, at).await?;
        let done = if disabled {
            self.store.disable_person(person.id, at, &events).await
        } else {
            self.store.enable_person(person.id, &events).await
        };
        match done {
            Ok(()) => Ok(Administered::Done(())),
            Err(StoreError::NotFound) => Ok(Administered::Already),
            Err(error) => Err(error.into()),
        }
    }

    /// Ends the store's connections.
    pub async fn close(&self) {
        self.store.close().await;
    }

    async fn events(
        &self,
        action: Action,
        person: PersonId,
        email: &Email,
        at: Timestamp,
    ) -> Result<Vec<Event>, ManagementError> {
        let accounts = self.store.accounts_of(person).await?;
        let event = |account| event(account, Actor::System, action, email, at);
        Ok(accounts.into_iter().map(event).collect())
    }
}

fn event(
    account_id: AccountId,
    actor: Actor,
    action: Action,
    email: &Email,
    at: Timestamp,
) -> Event {
    Event {
        account_id,
        at,
        actor,
        action,
        target: email.to_string(),
        detail: String::new(),
        address: String::new(),
        request_id: String::new(),
        before: Facts::default(),
        after: Facts::default(),
    }
}

/// What the holder of a link that resets a password sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenReset {
    /// Whose password it resets.
    pub email: Email,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// What became of a new password.
#[derive(Debug, PartialEq, Eq)]
pub enum Reset {
    /// It is theirs, and all their sessions have ended.
    Done,
    /// The link works no longer.
    Gone,
    /// Too many passwords are being checked at this moment.
    Busy,
}

impl Keyring {
    /// What a link that resets a password says; `None` where it works no longer.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn password_reset(&self, token: &str) -> Result<Option<OpenReset>, ManagementError> {
        let found = self.find_reset(token).await?;
        Ok(found.map(|(open, ..)| open))
    }

    async fn find_reset(
        &self,
        token: &str,
    ) -> Result<Option<(OpenReset, PersonId, [u8; 32])>, ManagementError> {
        for digest in self
            .hasher
            .token_digests(TokenPurpose::PasswordReset, token)
        {
            let row = self.store.password_reset(&digest, self.now()).await?;
            if let Some(row) = row {
                let open = OpenReset {
                    email: row.email,
                    expires_at: row.expires_at,
                };
                return Ok(Some((open, row.person, digest)));
            }
        }
        Ok(None)
    }

    /// Gives the person of a link another password, once, and ends all their sessions.
    ///
    /// # Errors
    /// `Invalid` where the password breaks a rule: the link works still.
    pub async fn reset_password(
        &self,
        token: &str,
        password: SecretString,
        origin: &Origin,
    ) -> Result<Reset, ManagementError> {
        let Some((open, id, token_hash)) = self.find_reset(token).await? else {
            return Ok(Reset::Gone);
        };
        check_new(password.expose_secret(), &open.email)?;
        // Whoever has the link is known.
        let password = password.expose_secret();
        let Some(password_hash) = self.passwords.try_hash(password, Lane::Known).await? else {
            return Ok(Reset::Busy);
        };
        let (keyring, origin) = (self.clone(), origin.clone());
        self.to_the_end(async move {
            let at = keyring.now();
            let accounts = keyring.store.accounts_of(id).await?;
            let events: Vec<Event> = accounts
                .into_iter()
                .map(|account| {
                    let actor = Actor::Person {
                        id,
                        email: open.email.to_string(),
                    };
                    Event {
                        address: origin.address_text(),
                        request_id: origin.request_id.clone(),
                        ..event(account, actor, Action::PasswordReset, &open.email, at)
                    }
                })
                .collect();
            let store = &keyring.store;
            match store
                .reset_password(&token_hash, id, &password_hash, at, &events)
                .await
            {
                Ok(()) => Ok(Reset::Done),
                Err(StoreError::NotFound) => Ok(Reset::Gone),
                Err(error) => Err(error.into()),
            }
        })
        .await
    }
}
