//! The sessions of a person, as the person sees and ends them.

use super::{devices::forget_devices, factor_steps::lock_person};
use crate::{
    Store, StoreError, change_row, execute, read, record::append_events, sql, transaction,
};
use domain::{
    audit::AuditEvent,
    id::{PersonId, SessionId},
    time::Timestamp,
};
use uuid::Uuid;

/// A session as its person sees it.
#[derive(Clone, Debug)]
pub struct OpenSession {
    pub id: SessionId,
    /// The time of the sign-in.
    pub created_at: Timestamp,
    /// The time of the last request, to the minute.
    pub seen_at: Timestamp,
    /// The client's address at the sign-in; empty if it was unknown.
    pub address: String,
    /// The user agent at the sign-in.
    pub user_agent: String,
}

impl Store {
    /// Returns the sessions of a person that were used after the first instant of `ended` and created after the second, the
    /// last used one first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sessions_of(
        &self,
        person: PersonId,
        ended: (Timestamp, Timestamp),
    ) -> Result<Vec<OpenSession>, StoreError> {
        type Row = (Uuid, i64, i64, String, String);
        let rows: Vec<Row> = read!(self, |pool| {
            sqlx::query_as(sql::SESSIONS_BY_PERSON)
                .bind(person.0)
                .bind(ended.0.0)
                .bind(ended.1.0)
                .fetch_all(pool)
                .await
        })?;
        let sessions = rows.into_iter();
        Ok(sessions
            .map(
                |(id, created_at, seen_at, address, user_agent)| OpenSession {
                    id: SessionId(id),
                    created_at: Timestamp(created_at),
                    seen_at: Timestamp(seen_at),
                    address,
                    user_agent,
                },
            )
            .collect())
    }

    /// Deletes one session of a person.
    ///
    /// # Errors
    /// `NotFound` if the person has no such session.
    pub async fn end_session_of(
        &self,
        person: PersonId,
        id: SessionId,
        events: &[AuditEvent],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            // The person before the session and the accounts, as everywhere.
            lock_person!(tx, person)?;
            change_row!(tx, sql::SESSION_DELETE_BY_ID, person.0, id.0)?;
            append_events!(tx, events)?;
        })
    }

    /// Deletes all sessions of a person, except `kept`. Without one, the person's browsers are forgotten too.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn end_sessions_of(
        &self,
        person: PersonId,
        kept: Option<SessionId>,
        at: Timestamp,
        events: &[AuditEvent],
    ) -> Result<(), StoreError> {
        // No session has this id.
        let forgets = kept.is_none();
        let kept = kept.map_or(Uuid::nil(), |kept| kept.0);
        transaction!(self, |tx| {
            lock_person!(tx, person)?;
            if forgets {
                forget_devices!(tx, person, at)?;
            }
            execute!(tx, sql::SESSIONS_DELETE_OTHERS, person.0, kept)?;
            append_events!(tx, events)?;
        })
    }
}
