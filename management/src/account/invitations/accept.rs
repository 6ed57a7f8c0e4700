//! Accepting an invitation.

use super::already;
use crate::{
    Admission, Invitations, Keyring, ManagementError,
    mail::ChangeMail,
    sign_in::{
        password::{Lane, check_new},
        session::{self, Browser},
    },
};
use domain::{
    Invalid,
    account::Email,
    audit::{Action, Actor, AuditEvent, FieldValues},
    id::PersonId,
    mail::SignInChange,
    origin::Origin,
};
use secrecy::{ExposeSecret, SecretString};
use store::{InvitationAcceptance, InvitationRow, Invitee, PersonRow, StoreError};

impl Invitations<'_> {
    /// Accepts an invitation with a new password, or with the existing person's. An existing person who belongs to no account
    /// may choose a new one, because the old one may be lost. The browser's previous session ends.
    ///
    /// # Errors
    /// `Invalid` if the person is a member already, or belongs to support.
    pub async fn accept(
        self,
        token: &str,
        password: SecretString,
        browser: impl Into<Browser<'_>>,
        origin: &Origin,
    ) -> Result<Option<Admission>, ManagementError> {
        let browser = browser.into();
        let Some((row, token_hash)) = self.invitation(token).await? else {
            return Err(ManagementError::NotFound);
        };
        let email = row.invitation.email.clone();
        let password = password.expose_secret();
        // An address without a person takes the same steps as one with a person, and a weak password gets the same answer
        // as a wrong one: the inviter has the link too, and must not learn from it whether the address has an account.
        let (invitee, password_hash) = match self
            .keyring
            .sign_in()
            .admit(&email, password, browser.device, origin)
            .await?
        {
            Some(person) if person.is_support => {
                return Err(Invalid::new(
                    "This email belongs to support staff, who can't join accounts. Use another one.",
                )
                .into());
            }
            Some(person) => (InvitedPerson::Known(person.id), person.password_hash),
            None => {
                let Some(joining) = self.joining_with_new_password(&email).await? else {
                    return Ok(None);
                };
                if check_new(password, &email).is_err() {
                    return Ok(None);
                }
                (
                    joining,
                    self.keyring
                        .sign_in_state()
                        .passwords()
                        .hash(password, Lane::Open)
                        .await?,
                )
            }
        };
        let replaced = self
            .keyring
            .sign_in()
            .replaced(browser.session, invitee.id(), origin)
            .await?;
        // The first browser of a new person is not news.
        let known = matches!(invitee, InvitedPerson::New(_))
            || self
                .keyring
                .sign_in()
                .knows_device(browser.device, invitee.id())
                .await?;
        let (keyring, origin) = (self.keyring.clone(), origin.clone());
        self.keyring
            .run_to_completion(async move {
                let joined = join(
                    &keyring,
                    &token_hash,
                    &row,
                    invitee,
                    &password_hash,
                    &origin,
                )
                .await;
                match joined {
                    Ok(id) => {
                        let person = PersonRow {
                            id,
                            email,
                            password_hash,
                            is_support: false,
                        };
                        session::start(&keyring, &person, known, replaced, &origin).await
                    }
                    Err(StoreError::Conflict) => Err(already().into()),
                    Err(error) => Err(error.into()),
                }
            })
            .await
    }

    /// Returns how the person with this address may join with a new password; `None` if only the existing one will do. The
    /// link comes from an owner of one account, so it must not open another one: a person who belongs to an account or to
    /// support, or who is disabled, keeps the password.
    async fn joining_with_new_password(
        self,
        email: &Email,
    ) -> Result<Option<InvitedPerson>, ManagementError> {
        let Some(state) = self.keyring.store().person_state(email).await? else {
            return Ok(Some(InvitedPerson::New(PersonId(self.keyring.new_id()))));
        };
        let free = state.disabled_at.is_none()
            && !state.is_support
            && self
                .keyring
                .store()
                .account_ids_of(state.id)
                .await?
                .is_empty();
        Ok(free.then_some(InvitedPerson::Returning(state.id)))
    }
}

/// A person who accepts an invitation.
#[derive(Clone, Copy)]
enum InvitedPerson {
    /// With the existing password.
    Known(PersonId),
    /// With a new password, after the person was removed from every account.
    Returning(PersonId),
    New(PersonId),
}

impl InvitedPerson {
    const fn id(self) -> PersonId {
        match self {
            Self::Known(id) | Self::Returning(id) | Self::New(id) => id,
        }
    }
}

async fn join(
    keyring: &Keyring,
    token_hash: &[u8; 32],
    row: &InvitationRow,
    joining: InvitedPerson,
    password_hash: &str,
    origin: &Origin,
) -> Result<PersonId, StoreError> {
    let id = joining.id();
    let invitation = &row.invitation;
    let mut mail = ChangeMail::default();
    let (invitee, new_password) = match joining {
        InvitedPerson::Known(id) => (Invitee::Known { id, password_hash }, ""),
        InvitedPerson::Returning(id) => {
            let factor_removed = keyring.store().second_factor(id).await?.is_some();
            let change = SignInChange::PasswordOfInvitation {
                invited_by: invitation.invited_by.clone(),
                factor_removed,
            };
            mail = keyring
                .outbox()
                .sign_in_change(&invitation.email, change, origin);
            (
                Invitee::Returning { id, password_hash },
                if factor_removed {
                    ", with a new password, two-factor authentication was reset"
                } else {
                    ", with a new password"
                },
            )
        }
        InvitedPerson::New(id) => (Invitee::New { id, password_hash }, ""),
    };
    let at = keyring.now();
    let event = AuditEvent {
        account_id: row.account,
        at,
        actor: Actor::Person {
            id,
            email: invitation.email.to_string(),
        },
        action: Action::MemberJoined,
        target: invitation.email.to_string(),
        detail: format!(
            "{}, invited by {}{new_password}",
            invitation.role, invitation.invited_by
        ),
        address: origin.address_text(),
        request_id: origin.request_id.clone(),
        before: FieldValues::default(),
        after: FieldValues::of("role", &invitation.role),
    };
    let acceptance = InvitationAcceptance {
        token_hash,
        row,
        invitee,
        at,
    };
    let store = keyring.store();
    let joined = store.accept_invitation(&acceptance, &event, &mail).await;
    keyring.outbox().charge(&mail, joined)
}
