//! Changes of a person's own profile, e-mail address and password.

use super::devices::forget_devices;
use crate::{
    NewMail, PepperName, Store, StoreError, change_row, execute, mail::insert_mail, read,
    record::append_events, sql, transaction,
};
use domain::{
    account::Email,
    audit::AuditEvent,
    id::{ApplicationId, PersonId},
    mail::Notifications,
    profile::Profile,
    time::Timestamp,
};

/// The token that a session gets when its person is authenticated again, or changes the password.
#[derive(Debug)]
pub struct NewToken<'a> {
    /// HMAC-SHA-256 of the session's previous token.
    pub old_hash: &'a [u8; 32],
    /// HMAC-SHA-256 of the new token.
    pub token_hash: &'a [u8; 32],
    /// The pepper of the hash.
    pub pepper: PepperName,
    pub at: Timestamp,
}

/// Inside a transaction that has locked the person: replaces the token of a session, which is fresh then. Evaluates to a `Result` with
/// the session's id: `NotFound` if it has ended, or has another token meanwhile.
macro_rules! replace_token {
    ($tx:ident, $token:expr) => {
        async {
            let token: &$crate::NewToken<'_> = $token;
            let session: Option<(uuid::Uuid,)> = $crate::find_row!(
                $tx,
                $crate::sql::SESSION_REPLACE_TOKEN,
                token.old_hash.as_slice(),
                token.token_hash.as_slice(),
                token.pepper.to_string(),
                token.at.0
            )?;
            session.map(|(id,)| id).ok_or($crate::StoreError::NotFound)
        }
        .await
    };
}
pub(crate) use replace_token;

impl Store {
    /// Changes the name and the preferences of a person.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn change_profile(
        &self,
        person: PersonId,
        profile: &Profile,
        events: &[AuditEvent],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            execute!(
                tx,
                sql::PERSON_CHANGE_PROFILE,
                person.0,
                profile.name.as_str(),
                &profile.time_zone,
                profile.shortcuts
            )?;
            append_events!(tx, events)?;
        })
    }

    /// Changes which mails a person gets.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn change_notifications(
        &self,
        person: PersonId,
        wanted: Notifications,
        events: &[AuditEvent],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            execute!(
                tx,
                sql::PERSON_CHANGE_NOTIFICATIONS,
                person.0,
                wanted.new_sign_ins,
                wanted.key_expiry,
                wanted.security_events
            )?;
            append_events!(tx, events)?;
        })
    }

    /// Returns which mails a person gets.
    ///
    /// # Errors
    /// `NotFound` if there is no such person.
    pub async fn notifications(&self, person: PersonId) -> Result<Notifications, StoreError> {
        let (new_sign_ins, key_expiry, security_events) = read!(self, |pool| {
            sqlx::query_as(sql::PERSON_NOTIFICATIONS)
                .bind(person.0)
                .fetch_one(pool)
                .await
        })?;
        Ok(Notifications {
            new_sign_ins,
            key_expiry,
            security_events,
        })
    }

    /// Changes the e-mail address of a person, and deletes their password reset links. `password_hash` is the hash that the password was
    /// checked against.
    ///
    /// # Errors
    /// `Conflict` if another person has the address; `NotFound` if the person is disabled, or the password has changed
    /// meanwhile.
    pub async fn change_email(
        &self,
        person: PersonId,
        password_hash: &str,
        email: &Email,
        events: &[AuditEvent],
        mail: &[NewMail],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            change_row!(
                tx,
                sql::PERSON_CHANGE_EMAIL,
                person.0,
                email.as_str(),
                password_hash
            )?;
            append_events!(tx, events)?;
            // It may have been mailed to the old address.
            execute!(tx, sql::PASSWORD_RESET_DELETE_BY_PERSON, person.0)?;
            insert_mail!(tx, mail)?;
        })
    }

    /// Changes the password of a person: their session with the old token gets a new token, their other sessions and their password
    /// reset link are deleted, their browsers are forgotten, and no passkey signs in alone until it is used after the new password.
    /// `hashes` are the one that the old password was checked against, and the new one.
    ///
    /// # Errors
    /// `NotFound` if the person is disabled, or the password has changed or the session has ended meanwhile.
    pub async fn change_password(
        &self,
        person: PersonId,
        hashes: (&str, &str),
        token: &NewToken<'_>,
        events: &[AuditEvent],
        mail: &[NewMail],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            // First: it waits for a sign-in with the old password, whose session is deleted below.
            change_row!(
                tx,
                sql::PERSON_CHANGE_PASSWORD,
                person.0,
                hashes.0,
                hashes.1
            )?;
            forget_devices!(tx, person, token.at)?;
            // Before the link is deleted, because they lock the accounts.
            append_events!(tx, events)?;
            for statement in [
                sql::PASSWORD_RESET_DELETE_BY_PERSON,
                sql::PASSKEYS_REFUSE_ALONE,
            ] {
                execute!(tx, statement, person.0)?;
            }
            let kept = replace_token!(tx, token)?;
            execute!(tx, sql::SESSIONS_DELETE_OTHERS, person.0, kept)?;
            insert_mail!(tx, mail)?;
        })
    }

    /// Records the application that a person has read.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn set_last_application(
        &self,
        person: PersonId,
        app: ApplicationId,
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            execute!(tx, sql::PERSON_SET_LAST_APPLICATION, person.0, app.0)?;
        })
    }
}
