//! Sign-ins whose password was correct and that wait for a code of the second factor.

use crate::{
    PepperName, PersonRow, Store, StoreError, audit::append_event, read, row::corrupt, sql,
    transaction,
};
use domain::{
    account::Email, audit::AuditEvent, id::PersonId, second_factor::MAX_CODE_ATTEMPTS,
    time::Timestamp,
};
use uuid::Uuid;

/// A pending sign-in to insert.
#[derive(Debug)]
pub struct NewPendingSignIn<'a> {
    /// HMAC-SHA-256 of the token.
    pub token_hash: &'a [u8; 32],
    /// The pepper of the hash.
    pub pepper: PepperName,
    pub person: PersonId,
    /// The hash that the password was checked against.
    pub password_hash: &'a str,
    pub at: Timestamp,
    pub expires_at: Timestamp,
}

impl Store {
    /// Inserts a pending sign-in, and deletes those that have expired.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn begin_sign_in(
        &self,
        new: &NewPendingSignIn<'_>,
        events: &[AuditEvent],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            sqlx::query(sql::PENDING_SIGN_INS_PRUNE)
                .bind(new.at.0)
                .execute(&mut *tx)
                .await?;
            sqlx::query(sql::PENDING_SIGN_IN_INSERT)
                .bind(new.token_hash.as_slice())
                .bind(new.pepper.to_string())
                .bind(new.person.0)
                .bind(new.password_hash)
                .bind(new.at.0)
                .bind(new.expires_at.0)
                .execute(&mut *tx)
                .await?;
            for event in events {
                append_event!(tx, event)?;
            }
        })?;
        Ok(())
    }

    /// Returns the person of a pending sign-in, unless it has expired or failed too often, the person is disabled, or the password
    /// has changed.
    ///
    /// # Errors
    /// If the database fails or the row cannot be parsed.
    pub async fn pending_sign_in(
        &self,
        token_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<PersonRow>, StoreError> {
        let row: Option<(Uuid, String, String, bool)> = read!(self, |pool| {
            sqlx::query_as(sql::PENDING_SIGN_IN_BY_TOKEN)
                .bind(token_hash.as_slice())
                .bind(now.0)
                .bind(MAX_CODE_ATTEMPTS)
                .fetch_optional(pool)
                .await
        })?;
        row.map(|(id, email, password_hash, is_support)| {
            Ok(PersonRow {
                id: PersonId(id),
                email: Email::parse(&email).map_err(|_| corrupt("email"))?,
                password_hash,
                is_support,
            })
        })
        .transpose()
    }

    /// Counts an attempt at the code before it is checked; whether another one is allowed. So concurrent attempts count too.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count_code_attempt(
        &self,
        token_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        transaction!(self, |tx| {
            sqlx::query(sql::PENDING_SIGN_IN_COUNT_ATTEMPT)
                .bind(token_hash.as_slice())
                .bind(now.0)
                .bind(MAX_CODE_ATTEMPTS)
                .execute(&mut *tx)
                .await?
                .rows_affected()
                > 0
        })
    }
}
