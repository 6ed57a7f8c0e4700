//! Invitations to accounts.

use super::{devices::forget_devices, factor_steps::lock_enabled_person};
use crate::{
    NewMail, PepperName, Store, StoreError, change_row, execute, find_row, get_row,
    mail::insert_mail, owner::require_owner, read, record::append_event, row::corrupt, sql,
    transaction,
};
use domain::{
    account::{Email, Role},
    audit::AuditEvent,
    id::{AccountId, InvitationId, PersonId},
    member::Invitation,
    time::Timestamp,
};
use uuid::Uuid;

/// An invitation to insert.
#[derive(Debug)]
pub struct NewInvitation<'a> {
    pub id: InvitationId,
    pub account: AccountId,
    /// The address of the invited person.
    pub email: &'a Email,
    pub role: Role,
    /// HMAC-SHA-256 of the link's token.
    pub token_hash: &'a [u8; 32],
    /// The pepper of the hash.
    pub pepper: PepperName,
    pub invited_by: PersonId,
    pub at: Timestamp,
    /// The end of the link.
    pub expires_at: Timestamp,
}

/// An invitation with its account.
#[derive(Clone, Debug)]
pub struct InvitationRow {
    pub invitation: Invitation,
    pub account: AccountId,
    pub account_name: String,
}

/// The person who accepts an invitation. It has no `Debug`, because of the hash.
pub enum Invitee<'a> {
    /// A person who can already sign in.
    Known {
        id: PersonId,
        /// The hash that the password was checked against.
        password_hash: &'a str,
    },
    /// A person who belongs to no account, and sets a new password. Their second factor and their identities are
    /// deleted.
    Returning {
        id: PersonId,
        /// Argon2id in PHC format.
        password_hash: &'a str,
    },
    /// A new person.
    New {
        id: PersonId,
        /// Argon2id in PHC format.
        password_hash: &'a str,
    },
}

/// The acceptance of an invitation.
pub struct InvitationAcceptance<'a> {
    /// HMAC-SHA-256 of the link's token.
    pub token_hash: &'a [u8; 32],
    pub row: &'a InvitationRow,
    pub invitee: Invitee<'a>,
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
    /// Returns the invitations of an account that have not expired, sorted by address.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
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

    /// Returns the invitation with this token hash, unless it has expired.
    ///
    /// # Errors
    /// If the database fails or the row cannot be parsed.
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

    /// Inserts an invitation and its mail, and deletes an earlier invitation to the same address.
    ///
    /// # Errors
    /// `Conflict` if the person is a member; `NotFound` if the inviter is no longer an owner.
    pub async fn invite(
        &self,
        new: &NewInvitation<'_>,
        event: &AuditEvent,
        mail: &[NewMail],
    ) -> Result<u64, StoreError> {
        transaction!(self, |tx| {
            // First, because it locks the account: one invitation after the other.
            append_event!(tx, event)?;
            require_owner!(tx, new.account, new.invited_by)?;
            let member: Option<(String,)> =
                find_row!(tx, sql::MEMBER_BY_EMAIL, new.account.0, new.email.as_str())?;
            if member.is_some() {
                return Err(StoreError::Conflict);
            }
            execute!(
                tx,
                sql::INVITATION_DELETE_BY_EMAIL,
                new.account.0,
                new.email.as_str()
            )?;
            execute!(
                tx,
                sql::INVITATION_INSERT,
                new.id.0,
                new.account.0,
                new.email.as_str(),
                new.role.as_str(),
                new.token_hash.as_slice(),
                new.invited_by.0,
                new.at.0,
                new.expires_at.0,
                new.pepper.to_string()
            )?;
            insert_mail!(tx, mail)?
        })
    }

    /// Replaces the token of an invitation: the new one is of the person who renews it, and expires later. Returns how many mails were
    /// inserted.
    ///
    /// # Errors
    /// `NotFound` if the account has no such invitation, or the inviter is no longer an owner.
    pub async fn renew_invitation(
        &self,
        new: &NewInvitation<'_>,
        event: &AuditEvent,
        mail: &[NewMail],
    ) -> Result<u64, StoreError> {
        transaction!(self, |tx| {
            // First, as in `withdraw_invitation`.
            append_event!(tx, event)?;
            require_owner!(tx, new.account, new.invited_by)?;
            change_row!(
                tx,
                sql::INVITATION_RENEW,
                new.account.0,
                new.id.0,
                new.token_hash.as_slice(),
                new.pepper.to_string(),
                new.invited_by.0,
                new.at.0,
                new.expires_at.0
            )?;
            insert_mail!(tx, mail)?
        })
    }

    /// Deletes an invitation, as an owner of the account.
    ///
    /// # Errors
    /// `NotFound` if the account has no such invitation, or the owner is no longer one.
    pub async fn withdraw_invitation(
        &self,
        (account, owner): (AccountId, PersonId),
        id: InvitationId,
        event: &AuditEvent,
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            // First: every change of invitations locks the account before, so that no two wait for each other.
            append_event!(tx, event)?;
            require_owner!(tx, account, owner)?;
            change_row!(tx, sql::INVITATION_DELETE, account.0, id.0)?;
        })
    }

    /// Accepts an invitation: makes the person a member, deletes the invitation, and inserts mails.
    ///
    /// # Errors
    /// `NotFound` if the link has ended, or the person has changed meanwhile; `Conflict` if the person is a member, or the address of a
    /// new person exists meanwhile.
    pub async fn accept_invitation(
        &self,
        acceptance: &InvitationAcceptance<'_>,
        event: &AuditEvent,
        mail: &[NewMail],
    ) -> Result<PersonId, StoreError> {
        let invitation = &acceptance.row.invitation;
        let person = transaction!(self, |tx| {
            // The person is inserted or locked before the account, as by every change of a person.
            let person = match &acceptance.invitee {
                Invitee::New { id, password_hash } => {
                    execute!(
                        tx,
                        sql::PERSON_INSERT,
                        id.0,
                        invitation.email.as_str(),
                        password_hash,
                        false,
                        acceptance.at.0
                    )?;
                    *id
                }
                Invitee::Known { id, password_hash } => {
                    // Joining starts no session, so the second factor is asked for afterwards.
                    let proven = true;
                    change_row!(
                        tx,
                        sql::PERSON_SIGN_IN,
                        id.0,
                        acceptance.at.0,
                        password_hash,
                        proven
                    )?;
                    *id
                }
                Invitee::Returning { id, password_hash } => {
                    lock_enabled_person!(tx, id)?;
                    let (memberships,): (i64,) = get_row!(tx, sql::MEMBERSHIPS_COUNT, id.0)?;
                    if memberships > 0 {
                        return Err(StoreError::NotFound);
                    }
                    execute!(tx, sql::PERSON_SET_PASSWORD, id.0, password_hash)?;
                    forget_devices!(tx, id, acceptance.at)?;
                    // With the old second factor and identity nothing could be reached, and they may be someone else's.
                    for statement in [
                        sql::SESSIONS_DELETE_BY_PERSON,
                        sql::PENDING_SIGN_INS_DELETE_BY_PERSON,
                        sql::SECOND_FACTOR_DELETE,
                        sql::IDENTITIES_DELETE_BY_PERSON,
                    ] {
                        execute!(tx, statement, id.0)?;
                    }
                    *id
                }
            };
            append_event!(tx, event)?;
            change_row!(
                tx,
                sql::INVITATION_DELETE_BY_TOKEN,
                acceptance.token_hash.as_slice(),
                acceptance.at.0
            )?;
            // A link that an owner of another account has made must not open this one.
            execute!(tx, sql::PASSWORD_RESET_DELETE_BY_PERSON, person.0)?;
            execute!(
                tx,
                sql::MEMBER_INSERT,
                acceptance.row.account.0,
                person.0,
                invitation.role.as_str(),
                acceptance.at.0
            )?;
            insert_mail!(tx, mail)?;
            person
        })?;
        Ok(person)
    }
}
