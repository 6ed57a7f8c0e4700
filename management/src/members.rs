//! Members of an account. An invitation link works once; an account always has an owner.

use crate::{
    FreshOwner, Keyring, ManagementError, Owner, SignedIn, Viewer, Zone,
    password::{Lane, check_new},
    session,
};
use domain::{
    Invalid,
    account::{Email, Role},
    audit::{Action, Actor, AuditEvent, FieldValues},
    id::{InvitationId, PersonId},
    member::{INVITATION_LIFETIME, Invitation, InvitationDetails, Member},
    origin::Origin,
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
}

/// The token is redacted.
impl fmt::Debug for Invited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Invited({}, [redacted])", self.email)
    }
}

impl Viewer {
    /// Returns the account's members, ordered by e-mail address.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn members(&self) -> Result<Vec<Member>, ManagementError> {
        Ok(self
            .keyring()
            .store
            .members(self.application().account_id)
            .await?)
    }
}

impl Owner {
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
                let account = owner.application().account_id;
                let store = &owner.keyring().store;
                Ok(store.withdraw_invitation(account, id, &event).await?)
            })
            .await
    }

    /// Returns a member of the account.
    ///
    /// # Errors
    /// `NotFound` if the person is not a member.
    pub async fn member(&self, person: PersonId) -> Result<Member, ManagementError> {
        let members = self.members().await?;
        let member = members.into_iter().find(|member| member.id == person);
        member.ok_or(ManagementError::NotFound)
    }
}

impl FreshOwner {
    /// Changes the application's name and time zone.
    ///
    /// # Errors
    /// `Invalid` if another application of the account has the name.
    pub async fn change_application(
        &self,
        name: String,
        zone: Zone,
    ) -> Result<(), ManagementError> {
        let before = self.application();
        if before.name == name && before.time_zone == zone.as_str() {
            return Ok(());
        }
        let detail = format!("{name}, {}", zone.as_str());
        let event = self
            .event(Action::ApplicationChanged, &before.id, detail)
            .with_changes(
                FieldValues::of("name", &before.name).and("time_zone", &before.time_zone),
                FieldValues::of("name", &name).and("time_zone", zone.as_str()),
            );
        let owner = self.clone();
        self.keyring()
            .run_to_completion(async move {
                let (account, app) = (owner.application().account_id, owner.application().id);
                let store = &owner.keyring().store;
                let done = store
                    .change_application(account, app, &name, zone.as_str(), &event)
                    .await;
                done.map_err(|error| match error {
                    StoreError::Conflict => Invalid::new(
                        "Another application of this account has this name. Choose another one.",
                    )
                    .into(),
                    error => error.into(),
                })
            })
            .await
    }

    /// Creates an invitation link. An earlier link for the same address stops working.
    ///
    /// # Errors
    /// `Invalid` if the person is a member already.
    pub async fn invite(&self, email: Email, role: Role) -> Result<Invited, ManagementError> {
        let token = random_token(&*self.keyring().entropy);
        let event = self
            .event(Action::MemberInvited, &email, role.as_str())
            .with_changes(FieldValues::default(), FieldValues::of("role", &role));
        let owner = self.clone();
        let invited = Invited {
            email: email.clone(),
            token,
        };
        let stored = self
            .keyring()
            .hasher
            .token_digest(TokenPurpose::Invitation, &invited.token);
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
                    expires_at: at.plus(INVITATION_LIFETIME),
                };
                keyring
                    .store
                    .invite(&new, &event)
                    .await
                    .map_err(|error| match error {
                        StoreError::Conflict => already().into(),
                        error => error.into(),
                    })
            })
            .await?;
        Ok(invited)
    }

    /// Changes a member's role, effective with their next request.
    ///
    /// # Errors
    /// `NotFound` if the person is not a member; `LastOwner` if the account would have no owner.
    pub async fn change_role(&self, person: PersonId, role: Role) -> Result<(), ManagementError> {
        let member = self.member(person).await?;
        if member.role == role {
            return Ok(());
        }
        let detail = format!("{} instead of {}", role, member.role);
        let event = self
            .event(Action::MemberChanged, &member.email, detail)
            .with_changes(
                FieldValues::of("role", &member.role),
                FieldValues::of("role", &role),
            );
        let owner = self.clone();
        self.keyring()
            .run_to_completion(async move {
                let account = owner.application().account_id;
                let store = &owner.keyring().store;
                Ok(store.change_role(account, person, role, &event).await?)
            })
            .await
    }

    /// Removes a member; their next request is refused. Keys that they created stay.
    ///
    /// # Errors
    /// As [`FreshOwner::change_role`].
    pub async fn remove_member(&self, person: PersonId) -> Result<(), ManagementError> {
        let member = self.member(person).await?;
        let event = self
            .event(Action::MemberRemoved, &member.email, member.role.as_str())
            .with_changes(
                FieldValues::of("role", &member.role),
                FieldValues::default(),
            );
        let owner = self.clone();
        self.keyring()
            .run_to_completion(async move {
                let account = owner.application().account_id;
                let store = &owner.keyring().store;
                Ok(store.remove_member(account, person, &event).await?)
            })
            .await
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

    /// Accepts an invitation with a new password, or with the existing person's. `device` as for [`Keyring::sign_in`].
    ///
    /// # Errors
    /// `Invalid` if the person is a member already, or belongs to support.
    pub async fn accept(
        &self,
        token: &str,
        password: SecretString,
        device: Option<&str>,
        origin: &Origin,
    ) -> Result<Option<SignedIn>, ManagementError> {
        let Some((row, token_hash)) = self.invitation(token).await? else {
            return Err(ManagementError::NotFound);
        };
        let email = row.invitation.email.clone();
        let password = password.expose_secret();
        // An address without a person takes the same steps as one with a person, and a weak password gets the same answer
        // as a wrong one: the inviter has the link too, and must not learn from it whether the address has an account.
        let known = match self.admit(&email, password, device, origin).await? {
            Some(person) if person.is_support => {
                return Err(Invalid::new(
                    "This email belongs to support staff, who can't join accounts. Use another one.",
                )
                .into());
            }
            Some(person) => Some(person),
            None => {
                let exists = self.store.person_state(&email).await?.is_some();
                if exists || check_new(password, &email).is_err() {
                    return Ok(None);
                }
                None
            }
        };
        let password_hash = match &known {
            Some(person) => person.password_hash.clone(),
            None => self.passwords.hash(password, Lane::Open).await?,
        };
        let known = known.map(|person| person.id);
        let (keyring, origin) = (self.clone(), origin.clone());
        self.run_to_completion(async move {
            let joined = join(&keyring, &token_hash, &row, known, &password_hash, &origin).await;
            match joined {
                Ok(id) => {
                    let person = PersonRow {
                        id,
                        email,
                        password_hash,
                        is_support: false,
                    };
                    session::start(&keyring, &person, &origin).await
                }
                Err(StoreError::Conflict) => Err(already().into()),
                Err(error) => Err(error.into()),
            }
        })
        .await
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

async fn join(
    keyring: &Keyring,
    token_hash: &[u8; 32],
    row: &InvitationRow,
    known: Option<PersonId>,
    password_hash: &str,
    origin: &Origin,
) -> Result<PersonId, StoreError> {
    let id = known.unwrap_or_else(|| PersonId(keyring.new_id()));
    let joining = match known {
        Some(id) => Invitee::Known(id),
        None => Invitee::New { id, password_hash },
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
        detail: format!("{}, invited by {}", invitation.role, invitation.invited_by),
        address: origin.address_text(),
        request_id: origin.request_id.clone(),
        before: FieldValues::default(),
        after: FieldValues::of("role", &invitation.role),
    };
    let acceptance = InvitationAcceptance {
        token_hash,
        row,
        invitee: joining,
        at,
    };
    keyring.store.accept_invitation(&acceptance, &event).await
}

fn already() -> Invalid {
    Invalid::new("Someone with this email is already a member of this account.")
}
