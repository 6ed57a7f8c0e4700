//! Starting a session, and the session of the same browser that it replaces.

use super::{ABSOLUTE_TIMEOUT, IDLE_TIMEOUT, SignedIn};
use crate::{
    Admission, Keyring, ManagementError, SignIn, SignInResult,
    mail::{ChangeMail, ClientDetails, Content, Recipient},
};
use domain::{
    account::Email,
    audit::{Action, Actor, AuditEvent, FieldValues},
    id::{AccountId, PersonId, SessionId},
    origin::Origin,
};
use store::{FactorProof, NewSession, PersonRow, ProviderSignIn, StoreError, UnusedProof};
use verification::{TokenPurpose, random_token};

/// The session that a new one replaces in a browser, and the events if it is of another person.
#[derive(Default)]
pub(crate) struct Replaced {
    token_hash: Option<[u8; 32]>,
    events: Vec<AuditEvent>,
}

impl SignIn<'_> {
    /// Returns what a new session of `person` replaces in a browser with the token of another session.
    pub(crate) async fn replaced(
        self,
        token: Option<&str>,
        person: PersonId,
        origin: &Origin,
    ) -> Result<Replaced, ManagementError> {
        let Some(token) = token else {
            return Ok(Replaced::default());
        };
        let Some(old) = self.keyring.sessions().find_without_touch(token).await? else {
            return Ok(Replaced::default());
        };
        let events = if old.person_id() == person {
            Vec::new()
        } else {
            events(
                self.keyring,
                Action::SignedOut,
                old.person_id(),
                old.email(),
                origin,
            )
            .await?
        };
        Ok(Replaced {
            token_hash: Some(old.token_hash),
            events,
        })
    }

    /// Makes the mail about a sign-in from a browser that is not known, if the person wants it.
    async fn new_sign_in_mail(
        self,
        (person, known): (&PersonRow, bool),
        through_provider: bool,
        origin: &Origin,
    ) -> Result<ChangeMail, StoreError> {
        if known || !self.keyring.outbox().reports_sign_ins(person.id).await? {
            return Ok(ChangeMail::default());
        }
        let client = ClientDetails::new(self.keyring.now(), origin);
        let to = Recipient {
            email: &person.email,
            person: Some(person.id),
            account: None,
        };
        let content = Content::NewSignIn {
            through_provider,
            client,
        };
        Ok(self.keyring.outbox().compose(to, &content))
    }
}

/// Decides what a correct password yields: a session, or the question for a code of the second factor. `None` if the person was
/// disabled or the password changed since the check. `known` is whether the browser has signed this person in before. Every flow that
/// signs a person in ends here.
pub(crate) async fn start(
    keyring: &Keyring,
    person: &PersonRow,
    known: bool,
    replaced: Replaced,
    origin: &Origin,
) -> Result<Option<Admission>, ManagementError> {
    if keyring.store().second_factor(person.id).await?.is_some() {
        let pending = keyring.sign_in().require_code(person, None, origin).await?;
        return Ok(Some(Admission::CodeRequired(pending)));
    }
    let proof = SignInProof::Password;
    match insert(keyring, person, (proof, known), replaced, origin).await {
        Ok(signed_in) => Ok(Some(Admission::Session(signed_in))),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The proof of a person besides the right password, or instead of it.
pub(crate) enum SignInProof<'a> {
    /// Nothing else. The store refuses it for a person who has a second factor.
    Password,
    /// The second factor, after the password or a sign-in at the identity provider.
    Factor(FactorProof<'a>, Option<(ProviderSignIn<'a>, String)>),
    /// A sign-in at the identity provider, and how the person signed in there.
    Provider(ProviderSignIn<'a>, String),
}

/// Inserts a session, and the mail about a browser that is not `known`.
pub(crate) async fn insert(
    keyring: &Keyring,
    person: &PersonRow,
    (proof, known): (SignInProof<'_>, bool),
    replaced: Replaced,
    origin: &Origin,
) -> Result<SignedIn, StoreError> {
    let token = random_token(keyring.entropy());
    let stored = keyring.hasher().token_digest(TokenPurpose::Session, &token);
    let now = keyring.now();
    let (factor, provider, detail) = match proof {
        SignInProof::Password => (None, None, String::new()),
        SignInProof::Factor(factor, provider) => {
            let (provider, mut detail) = provider.unzip();
            let how = detail.get_or_insert_default();
            let with = match (&factor.proof, factor.pending) {
                (UnusedProof::Recovery(_), _) => "with a recovery code",
                (UnusedProof::Passkey(_), Some(_)) => "with a passkey",
                (UnusedProof::Passkey(_), None) => "with a passkey instead of a password",
                (UnusedProof::Step(_), _) => "",
            };
            if !how.is_empty() && !with.is_empty() {
                how.push_str(", ");
            }
            how.push_str(with);
            (Some(factor), provider, detail.unwrap_or_default())
        }
        SignInProof::Provider(provider, detail) => (None, Some(provider), detail),
    };
    let through_provider = provider.is_some();
    let new = NewSession {
        token_hash: &stored.digest,
        pepper: stored.pepper,
        id: SessionId(keyring.new_id()),
        person: person.id,
        password_hash: &person.password_hash,
        at: now,
        address: &origin.address_text(),
        user_agent: &origin.clean_user_agent(),
        replaces: replaced.token_hash.as_ref(),
        factor,
        provider,
    };
    let action = Action::SignedIn;
    let mut events = events(keyring, action, person.id, &person.email, origin).await?;
    for event in &mut events {
        event.detail.clone_from(&detail);
    }
    events.extend(replaced.events);
    // Their accounts are locked in the same order by every sign-in.
    events.sort_by_key(|event| event.account_id);
    let certain = keyring.node().certain_now();
    let ended = (certain.plus(-IDLE_TIMEOUT), certain.plus(-ABSOLUTE_TIMEOUT));
    let mail = keyring
        .sign_in()
        .new_sign_in_mail((person, known), through_provider, origin)
        .await?;
    let started = keyring.store().start_session(&new, &events, ended, &mail);
    keyring.outbox().charge(&mail, started.await)?;
    keyring
        .sign_in_state()
        .counters()
        .count(SignInResult::Succeeded);
    Ok(SignedIn {
        token,
        device: keyring.sign_in().new_device(person.id, now),
    })
}

/// Logs an action of a person who belongs to no account, as support does: no audit log gets a record of it. The line is written
/// when the action begins.
pub(crate) fn log_without_account(accounts: &[AccountId], action: Action, person: PersonId) {
    if accounts.is_empty() {
        tracing::info!(%person, action = action.as_str(), "an action of a person without an account");
    }
}

/// Creates the same event for each account of a person.
pub(crate) async fn events(
    keyring: &Keyring,
    action: Action,
    person: PersonId,
    email: &Email,
    origin: &Origin,
) -> Result<Vec<AuditEvent>, StoreError> {
    let accounts = keyring.store().account_ids_of(person).await?;
    log_without_account(&accounts, action, person);
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
