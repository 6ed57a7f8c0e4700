//! Finding the person of an identity, and setting the role that its groups give.

use super::{
    ProviderRefusal, SingleSignOn,
    link::{identity, identity_detail},
};
use crate::{IdentityProvider, Keyring, ManagementError, sign_in::session};
use domain::{
    account::{Email, Role},
    audit::{Action, Actor, AuditEvent, FieldValues},
    id::{AccountId, PersonId},
    mail::SignInChange,
    origin::Origin,
    profile::DisplayName,
};
use oidc::Claims;
use store::{ManagedMembership, NewIdentity, NewProviderPerson, PersonRow, StoreError};

/// A person, or why there is none.
type Found = Result<PersonRow, ProviderRefusal>;

/// An identity that the provider has confirmed, and the request that presents it.
pub(super) struct PresentedIdentity<'a> {
    pub(super) keyring: &'a Keyring,
    pub(super) single_sign_on: &'a SingleSignOn,
    pub(super) claims: &'a Claims,
    pub(super) origin: &'a Origin,
}

impl IdentityProvider<'_> {
    /// Returns the account that the provider manages; `None` if that is not configured, or it does not exist.
    pub(crate) async fn account(self) -> Result<Option<AccountId>, ManagementError> {
        let members = self.settings().and_then(|found| found.members.as_ref());
        let Some(members) = members else {
            return Ok(None);
        };
        Ok(self
            .keyring
            .store()
            .account_by_id_or_name(&members.account)
            .await?)
    }
}

impl PresentedIdentity<'_> {
    /// Returns the person of the identity, who is linked or added if that is allowed. The role in the provider's account is set.
    pub(super) async fn person(
        &self,
        account: Option<AccountId>,
    ) -> Result<Found, ManagementError> {
        let members = self.single_sign_on.members.as_ref();
        let grant = match (members, account) {
            (Some(members), Some(account)) => {
                Some((account, members.roles.role_of(&self.claims.groups)))
            }
            // The groups may have ended the role.
            (Some(members), None) => {
                tracing::error!(
                    account = members.account,
                    "LATCHKEY_OIDC_ACCOUNT: there is no such account"
                );
                return Ok(Err(ProviderRefusal::NoAccess));
            }
            (None, _) => None,
        };
        let identity = identity(self.single_sign_on, self.claims);
        let known = (identity.issuer, identity.subject);
        let person = match self.keyring.store().person_by_identity(known).await? {
            Some(owner) if owner.is_disabled => return Ok(Err(ProviderRefusal::NoAccess)),
            Some(owner) => self.with_new_address(owner.person).await?,
            None => match self.newcomer(grant).await? {
                Ok(person) => person,
                Err(why) => return Ok(Err(why)),
            },
        };
        if let Some((account, role)) = grant
            && let Err(why) = self
                .set_role((account, identity.issuer), role, &person)
                .await?
        {
            return Ok(Err(why));
        }
        let accounts = self.keyring.store().account_ids_of(person.id).await?;
        if accounts.is_empty() && !person.is_support {
            tracing::info!(person = %person.id, "a person without an account was refused at single sign-on");
            return Ok(Err(ProviderRefusal::NoAccess));
        }
        Ok(Ok(person))
    }

    /// Links or adds the person, if the identity is not known yet.
    async fn newcomer(
        &self,
        grant: Option<(AccountId, Option<Role>)>,
    ) -> Result<Found, ManagementError> {
        // An address that the provider calls unverified is not used.
        let email = self
            .claims
            .email
            .as_deref()
            .filter(|_| self.claims.email_verified != Some(false))
            .and_then(|email| Email::parse(email).ok());
        let Some(email) = email else {
            tracing::warn!(
                "a person without a verified e-mail address was refused at single sign-on: the claim `email` is missing or not an address, or `email_verified` is neither missing nor true"
            );
            return Ok(Err(ProviderRefusal::NoAccess));
        };
        let identity = identity(self.single_sign_on, self.claims);
        let at = self.keyring.now();
        if let Some(state) = self.keyring.store().person_state(&email).await? {
            let account = grant.map(|(account, _)| account);
            let allowed = self.single_sign_on.link_by_email && has_verified(self.claims, &email);
            let Some(account) = account.filter(|_| allowed) else {
                return self.added_meanwhile(identity).await;
            };
            let person = (state.id, &email);
            return self.link_by_email(identity, person, account).await;
        }
        let Some((account, Some(role))) = grant else {
            return Ok(Err(ProviderRefusal::NoAccess));
        };
        let id = PersonId(self.keyring.new_id());
        let name = self.claims.name.as_deref().map(DisplayName::parse);
        let new = NewProviderPerson {
            id,
            email: &email,
            name: &name.and_then(Result::ok).unwrap_or_default(),
            identity,
            account,
            role,
            at,
        };
        let mut event = self.granted_event(account, &email, (None, Some(role)));
        let detail = identity_detail(identity.issuer, identity.subject, identity.email);
        event.detail = format!("{}; {detail}", event.detail);
        if self.claims.email_verified.is_none() {
            event.detail.push_str(", not verified");
        }
        match self.keyring.store().add_provider_person(&new, &event).await {
            Ok(()) => Ok(Ok(PersonRow {
                id,
                email,
                password_hash: String::new(),
                is_support: false,
            })),
            Err(StoreError::Conflict) => self.added_meanwhile(identity).await,
            Err(error) => Err(error.into()),
        }
    }

    /// Links an identity to the person with its address, who is a member of the provider's account and of no other.
    async fn link_by_email(
        &self,
        identity: NewIdentity<'_>,
        (person, email): (PersonId, &Email),
        account: AccountId,
    ) -> Result<Found, ManagementError> {
        let action = Action::IdentityLinked;
        let detail = identity_detail(identity.issuer, identity.subject, identity.email);
        let mut events = session::events(self.keyring, action, person, email, self.origin).await?;
        for event in &mut events {
            event.detail = format!("{detail}, by the e-mail address");
        }
        let mail =
            self.keyring
                .outbox()
                .sign_in_change(email, SignInChange::IdentityLinked, self.origin);
        let (person, at) = ((person, email), self.keyring.now());
        let linked = self
            .keyring
            .store()
            .link_identity_by_email(identity, person, account, at, &events, &mail);
        match self.keyring.outbox().charge(&mail, linked.await) {
            Ok(()) | Err(StoreError::Conflict) => self.added_meanwhile(identity).await,
            Err(StoreError::NotFound) => Ok(Err(ProviderRefusal::AddressTaken)),
            Err(error) => Err(error.into()),
        }
    }

    /// Returns the person of an identity that may have been linked since it was looked up, as by two first sign-ins at a time.
    async fn added_meanwhile(&self, identity: NewIdentity<'_>) -> Result<Found, ManagementError> {
        let known = (identity.issuer, identity.subject);
        let owner = self.keyring.store().person_by_identity(known).await?;
        Ok(owner
            .filter(|owner| !owner.is_disabled)
            .map(|owner| owner.person)
            .ok_or(ProviderRefusal::AddressTaken))
    }

    /// Follows a changed address of a person who has no password. Another person's address is left alone.
    async fn with_new_address(&self, person: PersonRow) -> Result<PersonRow, ManagementError> {
        let email = self
            .claims
            .email
            .as_deref()
            .filter(|_| self.claims.email_verified == Some(true))
            .and_then(|email| Email::parse(email).ok())
            .filter(|email| *email != person.email && person.password_hash.is_empty());
        let Some(email) = email else {
            return Ok(person);
        };
        let action = Action::EmailChanged;
        let events: Vec<_> =
            session::events(self.keyring, action, person.id, &person.email, self.origin)
                .await?
                .into_iter()
                .map(|event| {
                    event.with_changes(
                        FieldValues::of("email", &person.email),
                        FieldValues::of("email", &email),
                    )
                })
                .collect();
        let change = SignInChange::EmailFollowed;
        let mail = self
            .keyring
            .outbox()
            .sign_in_change(&person.email, change, self.origin);
        let hash = &person.password_hash;
        let changed = self
            .keyring
            .store()
            .change_email(person.id, hash, &email, &events, &mail);
        match self.keyring.outbox().charge(&mail, changed.await) {
            Ok(()) => Ok(PersonRow { email, ..person }),
            Err(StoreError::Conflict | StoreError::NotFound) => {
                tracing::warn!(person = %person.id, "the new e-mail address of a person at the identity provider is another person's here");
                Ok(person)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Sets the role that the groups give, unless an owner granted the membership.
    async fn set_role(
        &self,
        (account, issuer): (AccountId, &str),
        role: Option<Role>,
        person: &PersonRow,
    ) -> Result<Result<(), ProviderRefusal>, ManagementError> {
        let old = self
            .keyring
            .store()
            .managed_membership(account, person.id)
            .await?;
        let unchanged = match old {
            None => role.is_none(),
            Some(ManagedMembership { managed: false, .. }) => true,
            Some(old) => Some(old.role) == role,
        };
        if unchanged || person.is_support {
            return Ok(Ok(()));
        }
        let change = (old.map(|old| old.role), role);
        let event = self.granted_event(account, &person.email, change);
        let at = self.keyring.now();
        match self
            .keyring
            .store()
            .set_managed_role(account, (person.id, issuer), role, at, &event)
            .await
        {
            // It was changed meanwhile, or the person was linked by the address.
            Ok(()) | Err(StoreError::NotFound) => Ok(Ok(())),
            Err(StoreError::LastOwner) if role.is_some() => {
                tracing::warn!(
                    person = %person.id,
                    "the groups of the last owner would end that role; it is kept"
                );
                Ok(Ok(()))
            }
            Err(StoreError::LastOwner) => {
                let mut event = self.granted_event(account, &person.email, (None, None));
                event.action = Action::SingleSignOnRefused;
                event.detail = "no group gives a role; the last owner stays a member".into();
                self.keyring.store().append_audit_events(&[event]).await?;
                Ok(Err(ProviderRefusal::NoAccess))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Creates the event of a role that the provider has changed.
    fn granted_event(
        &self,
        account_id: AccountId,
        email: &Email,
        (before, after): (Option<Role>, Option<Role>),
    ) -> AuditEvent {
        let action = match (before, after) {
            (None, _) => Action::MemberAdded,
            (Some(_), Some(_)) => Action::MemberChanged,
            (Some(_), None) => Action::MemberRemoved,
        };
        let value = |role: Option<Role>| {
            role.map_or_else(FieldValues::default, |role| FieldValues::of("role", &role))
        };
        AuditEvent {
            account_id,
            at: self.keyring.now(),
            actor: Actor::System,
            action,
            target: email.to_string(),
            detail: "by the groups of single sign-on".into(),
            address: self.origin.address_text(),
            request_id: self.origin.request_id.clone(),
            before: value(before),
            after: value(after),
        }
    }
}

/// Whether the provider has verified this very address. Letters beyond ASCII are compared by no rule that all providers share: some
/// equal others, such as the Kelvin sign a `k`.
fn has_verified(claims: &Claims, email: &Email) -> bool {
    let verified = claims.email_verified == Some(true);
    claims.email.as_deref().is_some_and(|text| {
        verified && text.is_ascii() && text.to_ascii_lowercase() == email.as_str()
    })
}
