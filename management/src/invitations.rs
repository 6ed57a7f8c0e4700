//! Invitations to an account. A link works once.

use crate::{
    AccountOwner, Admission, FreshAccountOwner, Keyring, ManagementError,
    mail::{ChangeMail, Content},
    password::{Lane, check_new},
    session::{self, Browser},
};
use domain::{
    Invalid,
    account::{Email, Role},
    audit::{Action, Actor, AuditEvent, FieldValues},
    id::{InvitationId, PersonId},
    member::{INVITATION_LIFETIME, Invitation, InvitationDetails},
    origin::Origin,
    time::Timestamp,
};
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use store::{InvitationAcceptance, InvitationRow, Invitee, NewInvitation, PersonRow, StoreError};
use verification::{TokenPurpose, random_token};

/// A new invitation, with the token of its link.
pub struct Invited {
    /// The invited e-mail address.
    pub email: Email,
    /// The token in the link: 64 hexadecimal digits.
    pub token: String,
    /// Whether the link is sent to the address too.
    pub mailed: bool,
}

/// The token is redacted.
impl fmt::Debug for Invited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Invited({}, [redacted])", self.email)
    }
}

impl AccountOwner {
    /// Returns open invitations, ordered by e-mail address.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn invitations(&self) -> Result<Vec<Invitation>, ManagementError> {
        let account = self.application().account_id;
        Ok(self
            .keyring()
            .store
            .invitations(account, self.now())
            .await?)
    }

    /// Revokes an invitation.
    ///
    /// # Errors
    /// `NotFound` if the account has no such invitation.
    pub async fn withdraw(&self, id: InvitationId) -> Result<(), ManagementError> {
        let invitations = self.invitations().await?;
        let invitation = invitations.iter().find(|invitation| invitation.id == id);
        let invitation = invitation.ok_or(ManagementError::NotFound)?;
        let event = self
            .event(Action::InvitationWithdrawn, &invitation.email, "")
            .with_changes(
                FieldValues::of("role", &invitation.role),
                FieldValues::default(),
            );
        let owner = self.clone();
        self.keyring()
            .run_to_completion(async move {
                let by = (owner.application().account_id, owner.identity().person_id);
                let store = &owner.keyring().store;
                Ok(store.withdraw_invitation(by, id, &event).await?)
            })
            .await
    }
}

impl FreshAccountOwner {
    /// Creates an invitation link, and its mail. An earlier link for the same address stops working.
    ///
    /// # Errors
    /// `Invalid` if the person is a member already; `Throttled` after too many invitations by mail.
    pub async fn invite(&self, email: Email, role: Role) -> Result<Invited, ManagementError> {
        self.charge_invitation()?;
        let token = random_token(&*self.keyring().entropy);
        let event = self
            .event(Action::MemberInvited, &email, role.as_str())
            .with_changes(FieldValues::default(), FieldValues::of("role", &role));
        let owner = self.clone();
        let mut invited = Invited {
            email: email.clone(),
            token,
            mailed: false,
        };
        let stored = self
            .keyring()
            .hasher
            .token_digest(TokenPurpose::Invitation, &invited.token);
        let expires_at = self.now().plus(INVITATION_LIFETIME);
        let mail = self.invitation_mail(&invited, role, expires_at);
        invited.mailed = !mail.is_empty();
        self.keyring()
            .run_to_completion(async move {
                let (keyring, at) = (owner.keyring(), owner.now());
                let new = NewInvitation {
                    id: InvitationId(keyring.new_id()),
                    account: owner.application().account_id,
                    email: &email,
                    role,
                    token_hash: &stored.digest,
                    pepper: stored.pepper,
                    invited_by: owner.identity().person_id,
                    at,
                    expires_at,
                };
                let invited = keyring.store.invite(&new, &event, &mail);
                keyring
                    .charge_mail(&mail, invited.await)
                    .map_err(|error| match error {
                        StoreError::Conflict => already().into(),
                        error => error.into(),
                    })
            })
            .await?;
        Ok(invited)
    }

    /// Replaces the link of an invitation: the old one stops working, and the new one is valid for seven days.
    ///
    /// # Errors
    /// `NotFound` if the account has no such invitation; `Throttled` after too many invitations by mail.
    pub async fn renew_invitation(&self, id: InvitationId) -> Result<Invited, ManagementError> {
        self.charge_invitation()?;
        let invitations = self.invitations().await?;
        let invitation = invitations.into_iter().find(|one| one.id == id);
        let invitation = invitation.ok_or(ManagementError::NotFound)?;
        let keyring = self.keyring();
        let mut invited = Invited {
            email: invitation.email,
            token: random_token(&*keyring.entropy),
            mailed: false,
        };
        let stored = keyring
            .hasher
            .token_digest(TokenPurpose::Invitation, &invited.token);
        let (email, role) = (invited.email.clone(), invitation.role);
        let event = self.event(Action::InvitationRenewed, &email, role.as_str());
        let owner = self.clone();
        let expires_at = self.now().plus(INVITATION_LIFETIME);
        let mail = self.invitation_mail(&invited, role, expires_at);
        invited.mailed = !mail.is_empty();
        keyring
            .run_to_completion(async move {
                let at = owner.now();
                let new = NewInvitation {
                    id,
                    account: owner.application().account_id,
                    email: &email,
                    role,
                    token_hash: &stored.digest,
                    pepper: stored.pepper,
                    invited_by: owner.identity().person_id,
                    at,
                    expires_at,
                };
                let keyring = owner.keyring();
                let renewed = keyring.store.renew_invitation(&new, &event, &mail);
                Ok(keyring.charge_mail(&mail, renewed.await)?)
            })
            .await?;
        Ok(invited)
    }

    /// Limits invitations, where each sends a mail to an address of anyone's.
    fn charge_invitation(&self) -> Result<(), ManagementError> {
        let keyring = self.keyring();
        if !keyring.sends_mail() {
            return Ok(());
        }
        let (owner, account) = (self.identity().person_id, self.application().account_id);
        keyring
            .sign_ins
            .invite(owner, account, keyring.monotonic())
            .map_err(|retry_after_ms| ManagementError::Throttled { retry_after_ms })
    }

    fn invitation_mail(&self, invited: &Invited, role: Role, expires_at: Timestamp) -> ChangeMail {
        let content = Content::Invitation {
            account: self.application().account_name.clone(),
            invited_by: self.identity().email.to_string(),
            role,
            token: invited.token.clone().into(),
            expires_at,
        };
        self.keyring().mail(&invited.email, &content)
    }
}

impl Keyring {
    /// Returns the invitation of a link; `None` if the link does not work any more.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn welcome(&self, token: &str) -> Result<Option<InvitationDetails>, ManagementError> {
        let Some((row, _)) = self.invitation(token).await? else {
            return Ok(None);
        };
        Ok(Some(InvitationDetails {
            account: row.account_name,
            email: row.invitation.email,
            role: row.invitation.role,
            invited_by: row.invitation.invited_by,
            expires_at: row.invitation.expires_at,
        }))
    }

    /// Accepts an invitation with a new password, or with the existing person's. An existing person who belongs to no account
    /// may choose a new one, because the old one may be lost. The browser's previous session ends.
    ///
    /// # Errors
    /// `Invalid` if the person is a member already, or belongs to support.
    pub async fn accept(
        &self,
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
            .admit(&email, password, browser.device, origin)
            .await?
        {
            Some(person) if person.is_support => {
                return Err(Invalid::new(
                    "This email belongs to support staff, who can't join accounts. Use another one.",
                )
                .into());
            }
            Some(person) => (Joining::Known(person.id), person.password_hash),
            None => {
                let Some(joining) = self.joining_with_new_password(&email).await? else {
                    return Ok(None);
                };
                if check_new(password, &email).is_err() {
                    return Ok(None);
                }
                (joining, self.passwords.hash(password, Lane::Open).await?)
            }
        };
        let replaced = self.replaced(browser.session, invitee.id(), origin).await?;
        // The first browser of a new person is not news.
        let known =
            matches!(invitee, Joining::New(_)) || self.is_known(browser.device, invitee.id());
        let (keyring, origin) = (self.clone(), origin.clone());
        self.run_to_completion(async move {
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
        &self,
        email: &Email,
    ) -> Result<Option<Joining>, ManagementError> {
        let Some(state) = self.store.person_state(email).await? else {
            return Ok(Some(Joining::New(PersonId(self.new_id()))));
        };
        let free = state.disabled_at.is_none()
            && !state.is_support
            && self.store.account_ids_of(state.id).await?.is_empty();
        Ok(free.then_some(Joining::Returning(state.id)))
    }

    /// Returns the invitation with this token, while its link works.
    async fn invitation(
        &self,
        token: &str,
    ) -> Result<Option<(InvitationRow, [u8; 32])>, ManagementError> {
        for digest in self.hasher.token_digests(TokenPurpose::Invitation, token) {
            let found = self.store.invitation_by_token(&digest, self.now()).await?;
            if let Some(row) = found {
                return Ok(Some((row, digest)));
            }
        }
        Ok(None)
    }
}

/// A person who accepts an invitation.
#[derive(Clone, Copy)]
enum Joining {
    /// With the existing password.
    Known(PersonId),
    /// With a new password, after the person was removed from every account.
    Returning(PersonId),
    New(PersonId),
}

impl Joining {
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
    joining: Joining,
    password_hash: &str,
    origin: &Origin,
) -> Result<PersonId, StoreError> {
    let id = joining.id();
    let (invitee, new_password) = match joining {
        Joining::Known(id) => (Invitee::Known { id, password_hash }, ""),
        Joining::Returning(id) => (
            Invitee::Returning { id, password_hash },
            match keyring.store.authenticator(id).await? {
                Some(_) => ", with a new password, two-factor authentication was reset",
                None => ", with a new password",
            },
        ),
        Joining::New(id) => (Invitee::New { id, password_hash }, ""),
    };
    let at = keyring.now();
    let invitation = &row.invitation;
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
    keyring.store.accept_invitation(&acceptance, &event).await
}

fn already() -> Invalid {
    Invalid::new("Someone with this email is already a member of this account.")
}
