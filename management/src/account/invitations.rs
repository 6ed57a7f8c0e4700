//! Invitations to an account. A link works once.

mod accept;

use crate::{
    AccountOwner, FreshAccountOwner, Keyring, ManagementError,
    mail::{ChangeMail, Content},
};
use domain::{
    Invalid,
    account::{Email, Role},
    audit::{Action, AuditEvent, FieldValues},
    id::InvitationId,
    member::{INVITATION_LIFETIME, Invitation, InvitationDetails},
    time::Timestamp,
};
use std::fmt;
use store::{InvitationRow, NewInvitation, StoreError};
use verification::{TokenPurpose, random_token};

/// The invitations to all accounts.
#[derive(Clone, Copy)]
pub struct Invitations<'k> {
    pub(crate) keyring: &'k Keyring,
}

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
            .store()
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
                let by = owner.account_and_owner();
                let store = owner.keyring().store();
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
        let event = self
            .event(Action::MemberInvited, &email, role.as_str())
            .with_changes(FieldValues::default(), FieldValues::of("role", &role));
        self.store_link((email, role), None, event).await
    }

    /// Replaces the link of an invitation: the old one stops working, and the new one is valid for seven days.
    ///
    /// # Errors
    /// `NotFound` if the account has no such invitation; `Throttled` after too many invitations by mail.
    pub async fn renew_invitation(&self, id: InvitationId) -> Result<Invited, ManagementError> {
        self.charge_invitation()?;
        let invitations = self.invitations().await?;
        let invitation = invitations.into_iter().find(|one| one.id == id);
        let Invitation { email, role, .. } = invitation.ok_or(ManagementError::NotFound)?;
        let event = self.event(Action::InvitationRenewed, &email, role.as_str());
        self.store_link((email, role), Some(id), event).await
    }

    /// Makes a link and its mail, and stores them as a new invitation or, if there is `renewed`, in the place of its link.
    async fn store_link(
        &self,
        (email, role): (Email, Role),
        renewed: Option<InvitationId>,
        event: AuditEvent,
    ) -> Result<Invited, ManagementError> {
        let keyring = self.keyring();
        let mut invited = Invited {
            email: email.clone(),
            token: random_token(keyring.entropy()),
            mailed: false,
        };
        let token = keyring
            .hasher()
            .token_digest(TokenPurpose::Invitation, &invited.token);
        let expires_at = self.now().plus(INVITATION_LIFETIME);
        let mail = self.invitation_mail(&invited, role, expires_at);
        let owner = self.clone();
        let mailed = keyring
            .run_to_completion(async move {
                let keyring = owner.keyring();
                let new = NewInvitation {
                    id: renewed.unwrap_or_else(|| InvitationId(keyring.new_id())),
                    account: owner.application().account_id,
                    email: &email,
                    role,
                    token_hash: &token.digest,
                    pepper: token.pepper,
                    invited_by: owner.identity().person_id,
                    at: owner.now(),
                    expires_at,
                };
                let store = keyring.store();
                let stored = match renewed {
                    None => store.invite(&new, &event, &mail).await,
                    Some(_) => store.renew_invitation(&new, &event, &mail).await,
                };
                keyring
                    .outbox()
                    .charge(&mail, stored)
                    .map_err(|error| match error {
                        StoreError::Conflict => already().into(),
                        error => error.into(),
                    })
            })
            .await?;
        invited.mailed = mailed > 0;
        Ok(invited)
    }

    /// Limits invitations, where each sends a mail to an address that may belong to anyone.
    fn charge_invitation(&self) -> Result<(), ManagementError> {
        let keyring = self.keyring();
        if !keyring.outbox().sends_mail() {
            return Ok(());
        }
        let (owner, account) = (self.identity().person_id, self.application().account_id);
        keyring
            .sign_in_state()
            .limits()
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
        self.keyring().outbox().compose(&invited.email, &content)
    }
}

impl Invitations<'_> {
    /// Returns the invitation of a link; `None` if the link no longer works.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn find(self, token: &str) -> Result<Option<InvitationDetails>, ManagementError> {
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

    /// Returns the invitation with this token, while its link works.
    async fn invitation(
        self,
        token: &str,
    ) -> Result<Option<(InvitationRow, [u8; 32])>, ManagementError> {
        for digest in self
            .keyring
            .hasher()
            .token_digests(TokenPurpose::Invitation, token)
        {
            let found = self
                .keyring
                .store()
                .invitation_by_token(&digest, self.keyring.now())
                .await?;
            if let Some(row) = found {
                return Ok(Some((row, digest)));
            }
        }
        Ok(None)
    }
}

fn already() -> Invalid {
    Invalid::new("Someone with this email is already a member of this account.")
}
