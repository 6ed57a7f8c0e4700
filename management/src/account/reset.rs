//! Password resets, and the administration of people on the command line.

mod holder;
mod request;

pub use holder::OpenReset;
pub(crate) use request::ResetRequests;

use crate::{
    FreshAccountOwner, Keyring, ManagementError, PersonDraft,
    account::people::Registry,
    mail::{self, ClientDetails, Content},
    sign_in::{identity_detail, password::Passwords, session::log_without_account},
};
use domain::{
    account::Email,
    audit::{Action, Actor, AuditEvent, FieldValues},
    id::{AccountId, PersonId},
    mail::SignInChange,
    origin::Origin,
    time::{MINUTE, Timestamp},
};
use std::{fmt, sync::Arc};
use store::{NewMail, NewPasswordReset, PersonEntry, Placement, ResetMaker, Store, StoreError};
use verification::{Clock, Entropy, Peppers, SecretHasher, TokenPurpose, random_token};

/// The lifetime of a reset link: 30 minutes.
const RESET_LASTS: i64 = 30 * MINUTE;

/// The reset links of all people.
#[derive(Clone, Copy)]
pub struct PasswordResets<'k> {
    pub(crate) keyring: &'k Keyring,
}

/// A new reset link.
pub struct ResetLink {
    /// The person's e-mail address.
    pub email: Email,
    /// The token in the link: 64 hexadecimal digits.
    pub token: String,
    /// When it expires.
    pub expires_at: Timestamp,
    /// Whether the link is sent to the address too.
    pub mailed: bool,
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
    sends_mail: bool,
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
            sends_mail: false,
        }
    }

    /// Also inserts the mails about changes, for the server to send.
    #[must_use]
    pub fn sending_mail(self) -> Self {
        Self {
            sends_mail: true,
            ..self
        }
    }

    /// Adds a person; creates the account and the application if they do not exist. Returns where the person was added; `None` for
    /// support.
    ///
    /// # Errors
    /// As [`People::add`](crate::People::add).
    pub async fn add(&self, draft: PersonDraft) -> Result<Option<Placement>, ManagementError> {
        let registry = Registry {
            store: &self.store,
            passwords: &Passwords::new(&*self.entropy)?,
            entropy: &*self.entropy,
        };
        let origin = Origin::default();
        Ok(registry.add(draft, self.clock.now(), &origin).await?.1)
    }

    /// Returns all people, disabled ones too, sorted by address.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list(&self) -> Result<Vec<PersonEntry>, ManagementError> {
        Ok(self.store.all_people().await?)
    }

    /// Creates a link that resets a person's password once within 30 minutes. Earlier links stop working.
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
            made_by: ResetMaker::Operator,
            at,
            expires_at: at.plus(RESET_LASTS),
        };
        let events = self
            .events(Action::ResetLinkMade, person.id, email, at)
            .await?;
        // The operator hands it over: beside the server, no mail is sent.
        match self.store.make_password_reset(&new, &events, &[]).await {
            Ok(_) => Ok(Administered::Done(ResetLink {
                email: email.clone(),
                token,
                expires_at: new.expires_at,
                mailed: false,
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
        let mail = self.mail(email, SignInChange::FactorsReset { by: None }, at);
        let reset = self
            .store
            .reset_second_factor(person.id, None, &events, mail.as_slice());
        match reset.await {
            Ok(()) => Ok(Administered::Done(())),
            Err(StoreError::NotFound) => Ok(Administered::Already),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes a person's identities at the provider, and ends the person's sessions through it. None is linked by the e-mail
    /// address afterwards.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn unlink(&self, email: &Email) -> Result<Administered<()>, ManagementError> {
        let Some(person) = self.store.person_state(email).await? else {
            return Ok(Administered::Unknown);
        };
        let identities = self.store.identities_of(person.id).await?;
        let names = identities
            .iter()
            .map(|one| identity_detail(&one.issuer, &one.subject, &one.email))
            .collect::<Vec<_>>()
            .join("; ");
        let at = self.clock.now();
        let mut events = self
            .events(Action::IdentityUnlinked, person.id, email, at)
            .await?;
        for event in &mut events {
            event.detail.clone_from(&names);
        }
        let mail = self.mail(email, SignInChange::IdentityUnlinked, at);
        let unlinked = self
            .store
            .unlink_identities(person.id, &events, mail.as_slice());
        match unlinked.await {
            Ok(()) => Ok(Administered::Done(())),
            Err(StoreError::NotFound) => Ok(Administered::Already),
            Err(error) => Err(error.into()),
        }
    }

    /// Closes the store's connections.
    pub async fn close(&self) {
        self.store.close().await;
    }

    /// The mail about a change that the operator makes; `None` without a mail server.
    fn mail(&self, email: &Email, change: SignInChange, at: Timestamp) -> Option<NewMail> {
        let client = ClientDetails::new(at, &Origin::default());
        let content = Content::SignInChange { change, client };
        self.sends_mail
            .then(|| mail::seal(&self.hasher, &*self.entropy, at, email, &content))
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
    /// Creates a link that resets a member's password once within 30 minutes, and its mail; `None` if the member belongs to
    /// another account too, which the link would open. Earlier links stop working.
    ///
    /// # Errors
    /// `NotFound` if the person is not a member, or this one is no longer an owner; if the database fails.
    pub async fn reset_link(&self, person: PersonId) -> Result<Option<ResetLink>, ManagementError> {
        let member = self.member(person).await?;
        let events = [self.event(Action::ResetLinkMade, &member.email, "")];
        let owner = self.clone();
        self.keyring()
            .run_to_completion(async move {
                let (keyring, at) = (owner.keyring(), owner.now());
                let token = random_token(keyring.entropy());
                let stored = keyring
                    .hasher()
                    .token_digest(TokenPurpose::PasswordReset, &token);
                let new = NewPasswordReset {
                    token_hash: &stored.digest,
                    pepper: stored.pepper,
                    person,
                    made_by: ResetMaker::Owner {
                        account: owner.application().account_id,
                        owner: owner.identity().person_id,
                    },
                    at,
                    expires_at: at.plus(RESET_LASTS),
                };
                let content = Content::PasswordReset {
                    made_by: Some(owner.identity().email.to_string()),
                    token: token.clone().into(),
                    expires_at: new.expires_at,
                };
                let mail = keyring.outbox().compose(&member.email, &content);
                let store = keyring.store();
                let made = store.make_password_reset(&new, &events, &mail);
                match keyring.outbox().charge(&mail, made.await) {
                    Ok(mailed) => Ok(Some(ResetLink {
                        email: member.email,
                        token,
                        expires_at: new.expires_at,
                        mailed: mailed > 0,
                    })),
                    Err(StoreError::Conflict) => Ok(None),
                    Err(error) => Err(error.into()),
                }
            })
            .await
    }
}
