//! Linking an identity to a person who signs in with a password, and unlinking it.

use super::{ProviderRefusal, SingleSignOn};
use crate::{FreshSession, IdentityProvider, ManagementError, Session, sign_in::session};
use domain::{Invalid, audit::Action, mail::SignInChange, origin::Origin, time::Timestamp};
use oidc::Claims;
use store::{NewIdentity, StoreError};

/// Maximum number of characters of an address in an audit record.
const MAX_EMAIL_CHARS: usize = 254;

/// The identity of claims.
pub(super) fn identity<'a>(
    single_sign_on: &'a SingleSignOn,
    claims: &'a Claims,
) -> NewIdentity<'a> {
    NewIdentity {
        issuer: single_sign_on.provider.issuer(),
        subject: &claims.subject,
        email: claims.email.as_deref().unwrap_or_default(),
    }
}

/// Names an identity in an audit record.
pub(crate) fn identity_detail(issuer: &str, subject: &str, email: &str) -> String {
    let email: String = email
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_EMAIL_CHARS)
        .collect();
    let email = if email.is_empty() {
        "no e-mail address"
    } else {
        &email
    };
    format!("{subject} at {issuer} ({email})")
}

impl IdentityProvider<'_> {
    /// Links the identity of a response to the person of a session.
    pub(super) async fn link(
        self,
        single_sign_on: &SingleSignOn,
        session: &Session,
        claims: &Claims,
        origin: &Origin,
    ) -> Result<Result<(), ProviderRefusal>, ManagementError> {
        let identity = identity(single_sign_on, claims);
        let (person, email) = (session.person_id(), session.email());
        let detail = identity_detail(identity.issuer, identity.subject, identity.email);
        let mut events =
            session::events(self.keyring, Action::IdentityLinked, person, email, origin).await?;
        for event in &mut events {
            event.detail.clone_from(&detail);
        }
        let mail =
            self.keyring
                .outbox()
                .sign_in_change(email, SignInChange::IdentityLinked, origin);
        let linked = self.keyring.store().link_identity(
            identity,
            (person, session.token_hash()),
            self.keyring.now(),
            &events,
            &mail,
        );
        match self.keyring.outbox().charge(&mail, linked.await) {
            Ok(()) => Ok(Ok(())),
            Err(StoreError::Conflict) => Ok(Err(ProviderRefusal::AlreadyLinked)),
            Err(StoreError::NotFound) => Ok(Err(ProviderRefusal::Expired)),
            Err(error) => Err(error.into()),
        }
    }
}

impl Session {
    /// Returns since when the person is linked to the identity provider, and the address there; `None` without one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn linked_since(&self) -> Result<Option<(Timestamp, String)>, ManagementError> {
        let Some(single_sign_on) = self.keyring().identity_provider().settings() else {
            return Ok(None);
        };
        let issuer = single_sign_on.provider.issuer();
        let store = self.keyring().store();
        Ok(store.identity_since(self.person_id(), issuer).await?)
    }
}

impl FreshSession {
    /// Removes the link to the identity provider. Sessions that were started through it end, this one too.
    ///
    /// # Errors
    /// `Invalid` if the person is not linked, or has no password to sign in with.
    pub async fn unlink_identity(&self, origin: &Origin) -> Result<(), ManagementError> {
        if self.keyring().identity_provider().settings().is_none() {
            return Err(ManagementError::NotFound);
        }
        if !self.has_password() {
            return Err(Invalid::new(
                "You have no password to sign in with. Ask an owner for a password reset link first.",
            )
            .into());
        }
        let (session, origin) = (self.clone(), origin.clone());
        self.keyring()
            .run_to_completion(async move { unlink(&session, &origin).await })
            .await
    }
}

async fn unlink(session: &Session, origin: &Origin) -> Result<(), ManagementError> {
    let keyring = session.keyring();
    let single_sign_on = keyring
        .identity_provider()
        .settings()
        .ok_or(ManagementError::NotFound)?;
    let (person, email) = (session.person_id(), session.email());
    let issuer = single_sign_on.provider.issuer();
    let identities = keyring.store().identities_of(person).await?;
    let Some(identity) = identities.iter().find(|one| one.issuer == issuer) else {
        return Err(Invalid::new("Your account isn't linked.").into());
    };
    let detail = identity_detail(issuer, &identity.subject, &identity.email);
    let action = Action::IdentityUnlinked;
    let mut events = session::events(keyring, action, person, email, origin).await?;
    for event in &mut events {
        event.detail.clone_from(&detail);
    }
    let mail = keyring
        .outbox()
        .sign_in_change(email, SignInChange::IdentityUnlinked, origin);
    let unlinked = keyring
        .store()
        .unlink_identity(person, issuer, &events, &mail);
    match keyring.outbox().charge(&mail, unlinked.await) {
        Err(StoreError::NotFound) => Err(Invalid::new("Your account isn't linked.").into()),
        done => Ok(done?),
    }
}
