//! Sign-in sessions. The table holds keyed hashes of their tokens, never a token.

use crate::{
    PepperName, Store, StoreError, audit::append_event, read, row::corrupt, sql, transaction,
};
use domain::{
    account::Email,
    audit::AuditEvent,
    id::{AccountId, PersonId, SessionId},
    time::Timestamp,
};
use uuid::Uuid;

/// A session to insert.
#[derive(Debug)]
pub struct NewSession<'a> {
    /// HMAC-SHA-256 of the token.
    pub token_hash: &'a [u8; 32],
    /// The pepper of the hash.
    pub pepper: PepperName,
    pub id: SessionId,
    pub person: PersonId,
    /// The hash that the password was checked against.
    pub password_hash: &'a str,
    pub at: Timestamp,
    pub address: &'a str,
    pub user_agent: &'a str,
}

/// A session with its person.
#[derive(Clone, Debug)]
pub struct SessionRow {
    pub id: SessionId,
    pub person: PersonId,
    pub email: Email,
    /// Whether the person is support staff of the platform.
    pub is_support: bool,
    /// The time of the sign-in.
    pub created_at: Timestamp,
    /// The time of the last request, to the minute.
    pub seen_at: Timestamp,
    /// When the person last entered the password.
    pub authenticated_at: Timestamp,
}

impl Store {
    /// Returns the accounts that the person belongs to. Sign-ins are recorded in their audit logs.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn account_ids_of(&self, person: PersonId) -> Result<Vec<AccountId>, StoreError> {
        let rows: Vec<(Uuid,)> = read!(self, |pool| sqlx::query_as(sql::ACCOUNT_IDS_BY_PERSON)
            .bind(person.0)
            .fetch_all(pool)
            .await)?;
        Ok(rows.into_iter().map(|row| AccountId(row.0)).collect())
    }

    /// Inserts a session and the events of the sign-in. Deletes sessions that were last used before the first instant of `ended` or
    /// created before the second.
    ///
    /// # Errors
    /// `NotFound` if the person is disabled, or the password has changed meanwhile.
    pub async fn start_session(
        &self,
        new: &NewSession<'_>,
        events: &[AuditEvent],
        ended: (Timestamp, Timestamp),
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            sqlx::query(sql::SESSIONS_PRUNE)
                .bind(ended.0.0)
                .bind(ended.1.0)
                .execute(&mut *tx)
                .await?;
            // First: it waits for a change of the password or the disabling of the person, both of which delete all sessions.
            let person = sqlx::query(sql::PERSON_SIGN_IN)
                .bind(new.person.0)
                .bind(new.at.0)
                .bind(new.password_hash)
                .execute(&mut *tx)
                .await?;
            if person.rows_affected() == 0 {
                return Err(StoreError::NotFound);
            }
            sqlx::query(sql::SESSION_INSERT)
                .bind(new.token_hash.as_slice())
                .bind(new.id.0)
                .bind(new.person.0)
                .bind(new.at.0)
                .bind(new.address)
                .bind(new.user_agent)
                .bind(new.pepper.to_string())
                .execute(&mut *tx)
                .await?;
            for event in events {
                append_event!(tx, event)?;
            }
        })?;
        Ok(())
    }

    /// Returns the session with this token hash, unless its person is disabled.
    ///
    /// # Errors
    /// If the database fails or the row cannot be parsed.
    pub async fn session(&self, token_hash: &[u8; 32]) -> Result<Option<SessionRow>, StoreError> {
        type Row = (Uuid, Uuid, i64, i64, i64, String, bool);
        let row: Option<Row> = read!(self, |pool| {
            sqlx::query_as(sql::SESSION_BY_TOKEN)
                .bind(token_hash.as_slice())
                .fetch_optional(pool)
                .await
        })?;
        row.map(
            |(id, person, created_at, seen_at, authenticated_at, email, is_support)| {
                Ok(SessionRow {
                    id: SessionId(id),
                    person: PersonId(person),
                    email: Email::parse(&email).map_err(|_| corrupt("email"))?,
                    is_support,
                    created_at: Timestamp(created_at),
                    seen_at: Timestamp(seen_at),
                    authenticated_at: Timestamp(authenticated_at),
                })
            },
        )
        .transpose()
    }

    /// Records a request of the session and its person. Does nothing if the session has ended.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn touch_session(
        &self,
        token_hash: &[u8; 32],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            for statement in [sql::SESSION_TOUCH, sql::PERSON_TOUCH_BY_SESSION] {
                sqlx::query(statement)
                    .bind(token_hash.as_slice())
                    .bind(at.0)
                    .execute(&mut *tx)
                    .await?;
            }
        })?;
        Ok(())
    }

    /// Records that the session's person has entered the password again.
    ///
    /// # Errors
    /// `NotFound` if the session has ended.
    pub async fn reauthenticate_session(
        &self,
        token_hash: &[u8; 32],
        at: Timestamp,
        events: &[AuditEvent],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            let done = sqlx::query(sql::SESSION_REAUTHENTICATE)
                .bind(token_hash.as_slice())
                .bind(at.0)
                .execute(&mut *tx)
                .await?;
            if done.rows_affected() == 0 {
                return Err(StoreError::NotFound);
            }
            for event in events {
                append_event!(tx, event)?;
            }
        })?;
        Ok(())
    }

    /// Deletes a session, and appends the events if it existed.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn end_session(
        &self,
        token_hash: &[u8; 32],
        events: &[AuditEvent],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            let ended = sqlx::query(sql::SESSION_DELETE)
                .bind(token_hash.as_slice())
                .execute(&mut *tx)
                .await?;
            if ended.rows_affected() > 0 {
                for event in events {
                    append_event!(tx, event)?;
                }
            }
        })?;
        Ok(())
    }
}
