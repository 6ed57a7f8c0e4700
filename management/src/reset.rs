//! Password resets, and the administration of people on the command line.

use crate::{
    FreshAccountOwner, Keyring, ManagementError, PersonDraft,
    password::{Lane, Passwords, check_new},
    people::Registry,
    session::log_without_account,
};
use domain::{
    account::Email,
    audit::{Action, Actor, AuditEvent, FieldValues},
    id::{AccountId, PersonId},
    origin::Origin,
    time::{MINUTE, Timestamp},
};
use secrecy::{ExposeSecret, SecretString};
use std::{fmt, sync::Arc};
use store::{NewPasswordReset, Placement, Store, StoreError};
use verification::{Clock, Entropy, Peppers, SecretHasher, TokenPurpose, random_token};

/// The lifetime of a reset link: 30 minutes.
const RESET_LASTS: i64 = 30 * MINUTE;

/// A new reset link.
pub struct ResetLink {
    /// The person's e-mail address.
    pub email: Email,
    /// The token in the link: 64 hexadecimal digits.
    pub token: String,
    /// When it expires.
    pub expires_at: Timestamp,
}

/// The token is redacted.
impl fmt::Debug for ResetLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResetLink({}, [redacted])", self.email)
    }
}

/// The result of a change of a person.
#[derive(Debug)]
pub enum Administered<T> {
    /// The change was made.
    Done(T),
    /// There is no person with this address.
    Unknown,
    /// The person is already in the requested state.
    Already,
}

/// Changes of people on the command line. They need no key index, so they can run beside the process that owns the
/// database: it reads people and sessions at every request.
pub struct PeopleAdmin {
    store: Store,
    hasher: SecretHasher,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl PeopleAdmin {
    /// Creates it over a store from [`Store::open_without_ownership`].
    pub fn new(
        store: Store,
        peppers: &Peppers,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let hasher = SecretHasher::new(peppers);
        store.set_seal_keys(hasher.seal_keys());
        Self {
            store,
            hasher,
            clock,
            entropy,
        }
    }

    /// Adds a person; creates the account and the application if they do not exist. Returns where the person was added; `None` for
    /// support.
    ///
    /// # Errors
    /// As [`Keyring::add_person`].
    pub async fn add(&self, draft: PersonDraft) -> Result<Option<Placement>, ManagementError> {
        let registry = Registry {
            store: &self.store,
            passwords: &Passwords::new(&*self.entropy)?,
            entropy: &*self.entropy,
        };
        let origin = Origin::default();
        Ok(registry.add(draft, self.clock.now(), &origin).await?.1)
    }

    /// Creates a link that resets a person's password once within 30 minutes. An earlier link stops working.
    ///
    /// # Errors
    /// If the database fails.
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
            made_by: None,
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

    /// Disables a person. Their sessions, the links that they made, and their reset link end.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn disable(&self, email: &Email) -> Result<Administered<()>, ManagementError> {
        self.set_disabled(email, true).await
    }

    /// Enables a disabled person.
    ///
    /// # Errors
    /// If the database fails.
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

    /// Deletes a person's second factor, and ends all of the person's sessions.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn reset_factors(&self, email: &Email) -> Result<Administered<()>, ManagementError> {
        let Some(person) = self.store.person_state(email).await? else {
            return Ok(Administered::Unknown);
        };
        let at = self.clock.now();
        let action = Action::FactorsReset;
        let events = self.events(action, person.id, email, at).await?;
        match self
            .store
            .reset_second_factor(person.id, None, &events)
            .await
        {
            Ok(()) => Ok(Administered::Done(())),
            Err(StoreError::NotFound) => Ok(Administered::Already),
            Err(error) => Err(error.into()),
        }
    }

    /// Closes the store's connections.
    pub async fn close(&self) {
        self.store.close().await;
    }

    async fn events(
        &self,
        action: Action,
        person: PersonId,
        email: &Email,
        at: Timestamp,
    ) -> Result<Vec<AuditEvent>, ManagementError> {
        let accounts = self.store.account_ids_of(person).await?;
        log_without_account(&accounts, action, person);
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
) -> AuditEvent {
    AuditEvent {
        account_id,
        at,
        actor,
        action,
        target: email.to_string(),
        detail: String::new(),
        address: String::new(),
        request_id: String::new(),
        before: FieldValues::default(),
        after: FieldValues::default(),
    }
}

impl FreshAccountOwner {
    /// Creates a link that resets a member's password once within 30 minutes; `None` if the member belongs to another account
    /// too, which the link would open. An earlier link stops working.
    ///
    /// # Errors
    /// `NotFound` if the person is not a member, or this one is not an owner any more; if the database fails.
    pub async fn reset_link(&self, person: PersonId) -> Result<Option<ResetLink>, ManagementError> {
        let member = self.member(person).await?;
        let event = self.event(Action::ResetLinkMade, &member.email, "");
        let owner = self.clone();
        self.keyring()
            .run_to_completion(async move {
                let (keyring, at) = (owner.keyring(), owner.now());
                let token = random_token(&*keyring.entropy);
                let stored = keyring
                    .hasher
                    .token_digest(TokenPurpose::PasswordReset, &token);
                let new = NewPasswordReset {
                    token_hash: &stored.digest,
                    pepper: stored.pepper,
                    person,
                    made_by: Some((owner.application().account_id, owner.identity().person_id)),
                    at,
                    expires_at: at.plus(RESET_LASTS),
                };
                let store = &keyring.store;
                match store.make_password_reset(&new, &[event]).await {
                    Ok(()) => Ok(Some(ResetLink {
                        email: member.email,
                        token,
                        expires_at: new.expires_at,
                    })),
                    Err(StoreError::Conflict) => Ok(None),
                    Err(error) => Err(error.into()),
                }
            })
            .await
    }
}

/// A reset link, as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenReset {
    /// The person's e-mail address.
    pub email: Email,
    /// When it expires.
    pub expires_at: Timestamp,
}

impl Keyring {
    /// Returns the reset link with this token; `None` if it does not work any more.
    ///
    /// # Errors
    /// If the database fails.
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

    /// Sets a new password once, and ends all sessions of the person.
    ///
    /// # Errors
    /// `NotFound` if the link does not work any more; `Invalid` if the password is too weak: the link still works;
    /// `Throttled` while too many passwords are being checked.
    pub async fn reset_password(
        &self,
        token: &str,
        password: SecretString,
        origin: &Origin,
    ) -> Result<(), ManagementError> {
        let Some((open, id, token_hash)) = self.find_reset(token).await? else {
            return Err(ManagementError::NotFound);
        };
        check_new(password.expose_secret(), &open.email)?;
        // The holder of the link is authenticated by it.
        let password = password.expose_secret();
        let Some(password_hash) = self.passwords.try_hash(password, Lane::Known).await? else {
            return Err(ManagementError::BUSY);
        };
        let (keyring, origin) = (self.clone(), origin.clone());
        self.run_to_completion(async move {
            let at = keyring.now();
            let accounts = keyring.store.account_ids_of(id).await?;
            log_without_account(&accounts, Action::PasswordReset, id);
            let events: Vec<AuditEvent> = accounts
                .into_iter()
                .map(|account| {
                    let actor = Actor::Person {
                        id,
                        email: open.email.to_string(),
                    };
                    AuditEvent {
                        address: origin.address_text(),
                        request_id: origin.request_id.clone(),
                        ..event(account, actor, Action::PasswordReset, &open.email, at)
                    }
                })
                .collect();
            Ok(keyring
                .store
                .reset_password(&token_hash, id, &password_hash, at, &events)
                .await?)
        })
        .await
    }
}
