//! Signed-in browsers. The table holds keyed hashes of their tokens, never a token.

use crate::{
    PepperName, Store, StoreError, audit::append_event, read, row::corrupt, sql, transaction,
};
use domain::{
    account::Email,
    audit::Event,
    id::{AccountId, PersonId, SessionId},
    time::Timestamp,
};
use uuid::Uuid;

/// A session to be written.
#[derive(Debug)]
pub struct NewSession<'a> {
    /// HMAC-SHA-256 of the token.
    pub token_hash: &'a [u8; 32],
    /// The pepper that it was made under.
    pub pepper: PepperName,
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub person: PersonId,
    /// The hash that their password was checked against.
    pub password_hash: &'a str,
    /// When.
    pub at: Timestamp,
    /// From where.
    pub address: &'a str,
    /// By what.
    pub user_agent: &'a str,
}

/// A session with its person.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub person: PersonId,
    /// Their address.
    pub email: Email,
    /// Platform staff.
    pub is_support: bool,
    /// When they signed in.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// When its person last entered the password.
    pub authenticated_at: Timestamp,
}

impl Store {
    /// The accounts that the person belongs to: their audit logs hear of sign-ins.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn accounts_of(&self, person: PersonId) -> Result<Vec<AccountId>, StoreError> {
        let rows: Vec<(Uuid,)> = read!(self, |pool| sqlx::query_as(sql::ACCOUNT_IDS_BY_PERSON)
            .bind(person.0)
            .fetch_all(pool)
            .await)?;
        Ok(rows.into_iter().map(|row| AccountId(row.0)).collect())
    }

    /// Writes a session and the events of its beginning, and deletes those that ended before the two instants.
    ///
    /// # Errors
    /// `NotFound` where the person has been disabled, or has another password by now.
    pub async fn start_session(
        &self,
        new: &NewSession<'_>,
        events: &[Event],
        ended: (Timestamp, Timestamp),
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            sqlx::query(sql::SESSIONS_PRUNE)
                .bind(ended.0.0)
                .bind(ended.1.0)
                .execute(&mut *tx)
                .await?;
            // First: it waits for whoever changes the password or disables the person, and ends all sessions after that.
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

    /// The session of this token hash, unless its person is disabled.
    ///
    /// # Errors
    /// Where the database fails or the row cannot be read.
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

    /// Notes that the session and its person were there; a session that has ended stays ended.
    ///
    /// # Errors
    /// Where the database fails.
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

    /// Notes that the session's person entered the password again.
    ///
    /// # Errors
    /// `NotFound` where the session has ended.
    pub async fn prove_session(
        &self,
        token_hash: &[u8; 32],
        at: Timestamp,
        events: &[Event],
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

    /// Ends a session.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn end_session(
        &self,
        token_hash: &[u8; 32],
        events: &[Event],
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
