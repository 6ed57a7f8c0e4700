//! Who belongs to an account, who is invited to, and what an application is called.

use crate::{
    PepperName, Store, StoreError, audit::append_event, read, row::corrupt, sql, transaction,
};
use domain::{
    account::{Email, Role},
    audit::Event,
    id::{AccountId, ApplicationId, InvitationId, PersonId},
    member::{Invitation, Member},
    time::Timestamp,
};
use uuid::Uuid;

/// An invitation to be written.
#[derive(Debug)]
pub struct NewInvitation<'a> {
    /// Its id.
    pub id: InvitationId,
    /// To which account.
    pub account: AccountId,
    /// Who is invited.
    pub email: &'a Email,
    /// To be what.
    pub role: Role,
    /// HMAC-SHA-256 of the link's token.
    pub token_hash: &'a [u8; 32],
    /// The pepper that it was made under.
    pub pepper: PepperName,
    /// By whom.
    pub invited_by: PersonId,
    /// When.
    pub at: Timestamp,
    /// Until when the link works.
    pub expires_at: Timestamp,
}

/// An invitation with its account.
#[derive(Clone, Debug)]
pub struct InvitationRow {
    /// The invitation.
    pub invitation: Invitation,
    /// The account.
    pub account: AccountId,
    /// The account's name.
    pub account_name: String,
}

/// Who accepts an invitation.
#[derive(Debug)]
pub enum Joining<'a> {
    /// Somebody who has a password already.
    Known(PersonId),
    /// Somebody new.
    New {
        /// Their id.
        id: PersonId,
        /// Argon2id in PHC format.
        password_hash: &'a str,
    },
}

/// An invitation that is accepted.
#[derive(Debug)]
pub struct Acceptance<'a> {
    /// HMAC-SHA-256 of the link's token.
    pub token_hash: &'a [u8; 32],
    /// What it was an invitation to.
    pub row: &'a InvitationRow,
    /// Who accepts it.
    pub joining: Joining<'a>,
    /// When.
    pub at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct RawInvitation {
    id: Uuid,
    account_id: Uuid,
    account_name: String,
    email: String,
    role: String,
    invited_by: String,
    expires_at: i64,
    pepper: String,
}

impl RawInvitation {
    fn read(self) -> Result<InvitationRow, StoreError> {
        Ok(InvitationRow {
            invitation: Invitation {
                id: InvitationId(self.id),
                email: Email::parse(&self.email).map_err(|_| corrupt("email"))?,
                role: Role::parse(&self.role).ok_or_else(|| corrupt("role"))?,
                invited_by: self.invited_by,
                expires_at: Timestamp(self.expires_at),
                lapsed: self.pepper.is_empty(),
            },
            account: AccountId(self.account_id),
            account_name: self.account_name,
        })
    }
}

impl Store {
    /// Gives an application another name and zone.
    ///
    /// # Errors
    /// `NotFound` where the account has no such application; `Conflict` where another one of it has the name.
    pub async fn change_application(
        &self,
        account: AccountId,
        app: ApplicationId,
        name: &str,
        time_zone: &str,
        event: &Event,
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            let done = sqlx::query(sql::APPLICATION_UPDATE)
                .bind(app.0)
                .bind(account.0)
                .bind(name)
                .bind(time_zone)
                .execute(&mut *tx)
                .await?;
            if done.rows_affected() == 0 {
                return Err(StoreError::NotFound);
            }
            append_event!(tx, event)?;
        })?;
        Ok(())
    }

    /// The members of an account, by address.
    ///
    /// # Errors
    /// Where the database fails or a row cannot be read.
    pub async fn members(&self, account: AccountId) -> Result<Vec<Member>, StoreError> {
        type Row = (Uuid, String, String, i64, Option<i64>);
        let rows: Vec<Row> = read!(self, |pool| {
            sqlx::query_as(sql::MEMBERS_BY_ACCOUNT)
                .bind(account.0)
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter()
            .map(|(id, email, role, since, seen)| {
                Ok(Member {
                    id: PersonId(id),
                    email: Email::parse(&email).map_err(|_| corrupt("email"))?,
                    role: Role::parse(&role).ok_or_else(|| corrupt("role"))?,
                    since: Timestamp(since),
                    last_seen: seen.map(Timestamp),
                })
            })
            .collect()
    }

    /// Gives a member another role. Whoever is an owner no longer takes their open invitations with them.
    ///
    /// # Errors
    /// `NotFound` where the person is no member; `LastOwner` where nobody else is one.
    pub async fn change_role(
        &self,
        account: AccountId,
        person: PersonId,
        role: Role,
        event: &Event,
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            // First, since it locks the account: of two owners who step back at once the second sees the first gone.
            append_event!(tx, event)?;
            let done = sqlx::query(sql::MEMBER_UPDATE_ROLE)
                .bind(account.0)
                .bind(person.0)
                .bind(role.as_str())
                .execute(&mut *tx)
                .await?;
            if done.rows_affected() == 0 {
                let member: Option<(String,)> = sqlx::query_as(sql::MEMBER_ROLE)
                    .bind(account.0)
                    .bind(person.0)
                    .fetch_optional(&mut *tx)
                    .await?;
                return Err(refused(member.is_some()));
            }
            if role != Role::Owner {
                sqlx::query(sql::INVITATIONS_DELETE_BY_INVITER)
                    .bind(account.0)
                    .bind(person.0)
                    .execute(&mut *tx)
                    .await?;
            }
        })?;
        Ok(())
    }

    /// Takes a member out of the account, with the invitations that they made.
    ///
    /// # Errors
    /// As [`Store::change_role`].
    pub async fn remove_member(
        &self,
        account: AccountId,
        person: PersonId,
        event: &Event,
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            // First, for the same reason.
            append_event!(tx, event)?;
            let done = sqlx::query(sql::MEMBER_DELETE)
                .bind(account.0)
                .bind(person.0)
                .execute(&mut *tx)
                .await?;
            if done.rows_affected() == 0 {
                let member: Option<(String,)> = sqlx::query_as(sql::MEMBER_ROLE)
                    .bind(account.0)
                    .bind(person.0)
                    .fetch_optional(&mut *tx)
                    .await?;
                return Err(refused(member.is_some()));
            }
            sqlx::query(sql::INVITATIONS_DELETE_BY_INVITER)
                .bind(account.0)
                .bind(person.0)
                .execute(&mut *tx)
                .await?;
        })?;
        Ok(())
    }

    /// The invitations of an account that can still be accepted, by address.
    ///
    /// # Errors
    /// Where the database fails or a row cannot be read.
    pub async fn invitations(
        &self,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Vec<Invitation>, StoreError> {
        let rows: Vec<RawInvitation> = read!(self, |pool| {
            sqlx::query_as(sql::INVITATIONS_BY_ACCOUNT)
                .bind(account.0)
                .bind(now.0)
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter()
            .map(|row| row.read().map(|row| row.invitation))
            .collect()
    }

    /// The invitation of this token hash, while its link works.
    ///
    /// # Errors
    /// Where the database fails or the row cannot be read.
    pub async fn invitation_by_token(
        &self,
        token_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<InvitationRow>, StoreError> {
        let row: Option<RawInvitation> = read!(self, |pool| {
            sqlx::query_as(sql::INVITATION_BY_TOKEN)
                .bind(token_hash.as_slice())
                .bind(now.0)
                .fetch_optional(pool)
                .await
        })?;
        row.map(RawInvitation::read).transpose()
    }

    /// Writes an invitation in place of an earlier one to the same person, whose link ends.
    ///
    /// # Errors
    /// `Conflict` where the person is a member already.
    pub async fn invite(&self, new: &NewInvitation<'_>, event: &Event) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            // First: one invitation after the other.
            append_event!(tx, event)?;
            let member: Option<(String,)> = sqlx::query_as(sql::MEMBER_BY_EMAIL)
                .bind(new.account.0)
                .bind(new.email.as_str())
                .fetch_optional(&mut *tx)
                .await?;
            if member.is_some() {
                return Err(StoreError::Conflict);
            }
            sqlx::query(sql::INVITATION_DELETE_BY_EMAIL)
                .bind(new.account.0)
                .bind(new.email.as_str())
                .execute(&mut *tx)
                .await?;
            sqlx::query(sql::INVITATION_INSERT)
                .bind(new.id.0)
                .bind(new.account.0)
                .bind(new.email.as_str())
                .bind(new.role.as_str())
                .bind(new.token_hash.as_slice())
                .bind(new.invited_by.0)
                .bind(new.at.0)
                .bind(new.expires_at.0)
                .bind(new.pepper.to_string())
                .execute(&mut *tx)
                .await?;
        })?;
        Ok(())
    }

    /// Takes an invitation back.
    ///
    /// # Errors
    /// `NotFound` where the account has no such invitation.
    pub async fn withdraw_invitation(
        &self,
        account: AccountId,
        id: InvitationId,
        event: &Event,
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            // First: whoever touches invitations locks the account before, so that no two wait for each other.
            append_event!(tx, event)?;
            let done = sqlx::query(sql::INVITATION_DELETE)
                .bind(account.0)
                .bind(id.0)
                .execute(&mut *tx)
                .await?;
            if done.rows_affected() == 0 {
                return Err(StoreError::NotFound);
            }
        })?;
        Ok(())
    }

    /// Makes a member of whoever accepts an invitation; its link ends.
    ///
    /// # Errors
    /// `NotFound` where the link works no longer; `Conflict` where they are a member already, or somebody new has an
    /// address that exists meanwhile.
    pub async fn accept_invitation(
        &self,
        acceptance: &Acceptance<'_>,
        event: &Event,
    ) -> Result<PersonId, StoreError> {
        let invitation = &acceptance.row.invitation;
        let person = transaction!(self, |tx| {
            append_event!(tx, event)?;
            let taken = sqlx::query(sql::INVITATION_DELETE_BY_TOKEN)
                .bind(acceptance.token_hash.as_slice())
                .bind(acceptance.at.0)
                .execute(&mut *tx)
                .await?;
            if taken.rows_affected() == 0 {
                return Err(StoreError::NotFound);
            }
            let person = match &acceptance.joining {
                Joining::Known(person) => *person,
                Joining::New { id, password_hash } => {
                    sqlx::query(sql::PERSON_INSERT)
                        .bind(id.0)
                        .bind(invitation.email.as_str())
                        .bind(password_hash)
                        .bind(false)
                        .bind(acceptance.at.0)
                        .execute(&mut *tx)
                        .await?;
                    *id
                }
            };
            sqlx::query(sql::MEMBER_INSERT)
                .bind(acceptance.row.account.0)
                .bind(person.0)
                .bind(invitation.role.as_str())
                .bind(acceptance.at.0)
                .execute(&mut *tx)
                .await?;
            person
        })?;
        Ok(person)
    }
}

fn refused(is_member: bool) -> StoreError {
    if is_member {
        StoreError::LastOwner
    } else {
        StoreError::NotFound
    }
}
