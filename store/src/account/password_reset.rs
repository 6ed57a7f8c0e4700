//! Password resets, and disabling people. Commands write these beside the processes that serve the database: they read people and
//! sessions at every request and cache nothing of them, so no registration is needed.

use super::{
    devices::forget_devices, factor_steps::lock_enabled_person, identity::end_management,
    members::require_only_member,
};
use crate::{
    NewMail, PepperName, Store, StoreError, change_row, execute, mail::insert_mail,
    owner::require_owner, read, record::append_events, row::corrupt, sql, transaction,
};
use domain::{
    account::Email,
    audit::AuditEvent,
    id::{AccountId, PersonId},
    time::Timestamp,
};
use uuid::Uuid;

/// A person, disabled or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersonState {
    pub id: PersonId,
    /// `None` unless the person is disabled.
    pub disabled_at: Option<Timestamp>,
    /// Whether the person is support staff of the platform.
    pub is_support: bool,
    /// Whether the person has a password; without one, the person signs in through the identity provider alone.
    pub has_password: bool,
}

/// Maximum number of working links that were requested for a person at sign-in.
const MAX_REQUESTED: i64 = 3;

/// Who makes a password reset link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResetMaker {
    /// The operator, on the command line.
    Operator,
    /// An owner of the only account that the person may belong to.
    Owner { account: AccountId, owner: PersonId },
    /// Anyone, who requested it at sign-in.
    Anyone,
}

/// A password reset link to insert.
#[derive(Debug)]
pub struct NewPasswordReset<'a> {
    /// HMAC-SHA-256 of the link's token.
    pub token_hash: &'a [u8; 32],
    /// The pepper of the hash.
    pub pepper: PepperName,
    pub person: PersonId,
    pub made_by: ResetMaker,
    pub at: Timestamp,
    pub expires_at: Timestamp,
}

/// A password reset link.
#[derive(Clone, Debug)]
pub struct PasswordReset {
    pub person: PersonId,
    pub email: Email,
    pub expires_at: Timestamp,
}

impl Store {
    /// Returns the person with this address, disabled or not.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn person_state(&self, email: &Email) -> Result<Option<PersonState>, StoreError> {
        let row: Option<(Uuid, Option<i64>, bool, bool)> = read!(self, |pool| {
            sqlx::query_as(sql::PERSON_STATE_BY_EMAIL)
                .bind(email.as_str())
                .fetch_optional(pool)
                .await
        })?;
        Ok(
            row.map(|(id, disabled_at, is_support, has_password)| PersonState {
                id: PersonId(id),
                disabled_at: disabled_at.map(Timestamp),
                is_support,
                has_password,
            }),
        )
    }

    /// Inserts a link and its mail, and deletes earlier links of the same person. One that was requested at sign-in deletes only such
    /// links, and only if there are three: anyone may request it. Returns how many mails were inserted.
    ///
    /// # Errors
    /// `NotFound` if the person is disabled, or does not belong to the account, or the maker is no longer an owner of it;
    /// `Conflict` if the person belongs to another account too.
    pub async fn make_password_reset(
        &self,
        new: &NewPasswordReset<'_>,
        events: &[AuditEvent],
        mail: &[NewMail],
    ) -> Result<u64, StoreError> {
        transaction!(self, |tx| {
            // Joining an account locks the person too.
            lock_enabled_person!(tx, new.person)?;
            // Before the links, because it locks the accounts: every change of links locks them first.
            append_events!(tx, events)?;
            let owner = match new.made_by {
                ResetMaker::Owner { account, owner } => {
                    require_owner!(tx, account, owner)?;
                    require_only_member!(tx, new.person, account)?;
                    Some(owner.0)
                }
                ResetMaker::Operator | ResetMaker::Anyone => None,
            };
            let requested = new.made_by == ResetMaker::Anyone;
            if requested {
                execute!(
                    tx,
                    sql::PASSWORD_RESETS_DELETE_OLDER_REQUESTED,
                    new.person.0,
                    new.at.0,
                    MAX_REQUESTED - 1
                )?;
            } else {
                execute!(tx, sql::PASSWORD_RESET_DELETE_BY_PERSON, new.person.0)?;
            }
            execute!(
                tx,
                sql::PASSWORD_RESET_INSERT,
                new.token_hash.as_slice(),
                new.person.0,
                owner,
                requested,
                new.pepper.to_string(),
                new.at.0,
                new.expires_at.0
            )?;
            insert_mail!(tx, mail)?
        })
    }

    /// Returns the link with this token hash, unless it has expired.
    ///
    /// # Errors
    /// If the database fails or the row cannot be parsed.
    pub async fn password_reset(
        &self,
        token_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<PasswordReset>, StoreError> {
        let row: Option<(Uuid, String, i64)> = read!(self, |pool| {
            sqlx::query_as(sql::PASSWORD_RESET_BY_TOKEN)
                .bind(token_hash.as_slice())
                .bind(now.0)
                .fetch_optional(pool)
                .await
        })?;
        row.map(|(person, email, expires_at)| {
            Ok(PasswordReset {
                person: PersonId(person),
                email: Email::parse(&email).map_err(|_| corrupt("email"))?,
                expires_at: Timestamp(expires_at),
            })
        })
        .transpose()
    }

    /// Changes the password of a person, and deletes the link and all sessions of the person, and the identities of one who had a
    /// password: an attacker who took the account over may have linked one. Without them, groups do not set the person's role any
    /// more, and none is linked by the e-mail address. For the same reason no passkey signs in alone until it is used after the new
    /// password.
    ///
    /// # Errors
    /// `NotFound` if the link has ended, or the person is disabled.
    pub async fn reset_password(
        &self,
        token_hash: &[u8; 32],
        person: PersonId,
        password_hash: &str,
        at: Timestamp,
        events: &[AuditEvent],
        mail: &[NewMail],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            // First: it waits for a sign-in with the old password, whose session is deleted below.
            lock_enabled_person!(tx, person)?;
            // Before the password is set.
            let unlinked = execute!(tx, sql::IDENTITIES_DELETE_BESIDE_PASSWORD, person.0)? > 0;
            if unlinked {
                execute!(tx, sql::PERSON_REFUSE_LINK_BY_EMAIL, person.0)?;
            }
            let changed = execute!(tx, sql::PERSON_SET_PASSWORD, person.0, password_hash)?;
            if unlinked {
                end_management!(tx, person, events)?;
            } else {
                append_events!(tx, events)?;
            }
            forget_devices!(tx, person, at)?;
            let deleted = execute!(
                tx,
                sql::PASSWORD_RESET_DELETE_BY_TOKEN,
                token_hash.as_slice(),
                at.0
            )?;
            if changed == 0 || deleted == 0 {
                return Err(StoreError::NotFound);
            }
            for statement in [
                sql::SESSIONS_DELETE_BY_PERSON,
                sql::PENDING_SIGN_INS_DELETE_BY_PERSON,
                // Further links that were requested.
                sql::PASSWORD_RESET_DELETE_BY_PERSON,
                sql::PASSKEYS_REFUSE_ALONE,
            ] {
                execute!(tx, statement, person.0)?;
            }
            insert_mail!(tx, mail)?;
        })
    }

    /// Disables a person, and deletes their sessions, the links that they made and their password reset link.
    ///
    /// # Errors
    /// `NotFound` if the person is disabled.
    pub async fn disable_person(
        &self,
        person: PersonId,
        at: Timestamp,
        events: &[AuditEvent],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            change_row!(tx, sql::PERSON_DISABLE, person.0, at.0)?;
            forget_devices!(tx, person, at)?;
            execute!(tx, sql::SESSIONS_DELETE_BY_PERSON, person.0)?;
            append_events!(tx, events)?;
            // After the events, which lock the accounts: every change of invitations and reset links locks them first.
            for statement in [
                sql::PENDING_SIGN_INS_DELETE_BY_PERSON,
                sql::INVITATIONS_DELETE_BY_PERSON,
                sql::PASSWORD_RESET_DELETE_BY_PERSON,
                sql::PASSWORD_RESETS_DELETE_BY_MAKER_EVERYWHERE,
            ] {
                execute!(tx, statement, person.0)?;
            }
        })
    }

    /// Enables a person.
    ///
    /// # Errors
    /// `NotFound` if the person is not disabled.
    pub async fn enable_person(
        &self,
        person: PersonId,
        events: &[AuditEvent],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            change_row!(tx, sql::PERSON_ENABLE, person.0)?;
            append_events!(tx, events)?;
        })
    }
}
