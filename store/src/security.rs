//! Security events, and sightings: the networks and clients that keys were used from.

#![expect(
    missing_docs,
    reason = "fields are named for the columns that they hold"
)]

use crate::{
    Store, StoreError, audit::append_many_events, deferrable_transaction, execute, find_row,
    owner::require_owner, read, record::raise_event, row::corrupt, sql, transaction,
};
use domain::{
    audit::AuditEvent,
    id::{AccountId, ApplicationId, PersonId},
    key::{name::KeyName, token::KeyId},
    page::PAGE_SIZE,
    security::{
        Acknowledgement, EventCursor, EventFilter, EventId, EventKey, EventKind, Habit, KnownValue,
        OpenEventCounts, SecurityEvent, Severity, has_room,
    },
    time::Timestamp,
};
use std::collections::HashMap;

/// Waits for the other nodes that write security events on PostgreSQL. The number is arbitrary.
const ONE_WRITER_OF_EVENTS: &str = "SELECT pg_advisory_xact_lock(7166123905)";
/// Waits for the other nodes that record uses of keys on PostgreSQL.
const ONE_WRITER_OF_SIGHTINGS: &str = "SELECT pg_advisory_xact_lock(7166123906)";

/// The security events that a person may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventScope {
    pub account: AccountId,
    /// The application whose keys the person may see.
    pub application: ApplicationId,
    /// Whether events of the account as a whole are included.
    pub whole_account: bool,
}

/// A use of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSighting {
    pub key: KeyId,
    pub habit: Habit,
    /// The value of the habit: the network, for example.
    pub value: String,
    pub at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct EventRow {
    id: i64,
    kind: String,
    subject: String,
    value: String,
    first_at: i64,
    last_at: i64,
    calls: i64,
    address: String,
    route: String,
    user_agent: String,
    request_id: String,
    detail: String,
    acknowledged_at: Option<i64>,
    acknowledged_by: String,
    note: String,
    key_name: Option<String>,
    key_revoked_at: Option<i64>,
    key_replaced_by: Option<String>,
}

impl EventRow {
    fn event(self) -> Result<SecurityEvent, StoreError> {
        let key = self
            .key_name
            .map(|name| {
                Ok::<_, StoreError>(EventKey {
                    id: self.subject.parse().map_err(|_| corrupt("subject"))?,
                    name: KeyName::parse(&name).map_err(|_| corrupt("name"))?,
                    revocable: self.key_revoked_at.is_none(),
                    replaced: self.key_replaced_by.is_some(),
                })
            })
            .transpose()?;
        let acknowledged = self.acknowledged_at.map(|at| Acknowledgement {
            at: Timestamp(at),
            by: self.acknowledged_by,
            note: self.note,
        });
        Ok(SecurityEvent {
            id: EventId(self.id),
            kind: EventKind::parse(&self.kind).ok_or_else(|| corrupt("kind"))?,
            subject: self.subject,
            key,
            value: self.value,
            first_at: Timestamp(self.first_at),
            last_at: Timestamp(self.last_at),
            calls: self.calls,
            address: self.address,
            route: self.route,
            user_agent: self.user_agent,
            request_id: self.request_id,
            detail: self.detail,
            acknowledged,
        })
    }
}

impl Store {
    /// Records uses of keys. Returns for each the sightings that were known before.
    ///
    /// # Errors
    /// If the database fails: none is recorded then.
    pub async fn record_sightings(
        &self,
        new: &[NewSighting],
    ) -> Result<Vec<Vec<KnownValue>>, StoreError> {
        deferrable_transaction!(self, |tx| {
            // Two nodes that write the same rows in another order would wait for each other.
            if matches!(self, Self::Postgres { .. }) {
                sqlx::query(ONE_WRITER_OF_SIGHTINGS)
                    .execute(&mut *tx)
                    .await?;
            }
            let mut before = Vec::with_capacity(new.len());
            for one in new {
                let key = one.key.to_string();
                let rows: Vec<(String, i64, i64)> = sqlx::query_as(sql::SIGHTINGS_BY_KEY)
                    .bind(&key)
                    .bind(one.habit.as_str())
                    .fetch_all(&mut *tx)
                    .await?;
                let known: Vec<_> = rows
                    .into_iter()
                    .map(|(value, first, last)| KnownValue {
                        value,
                        first_at: Timestamp(first),
                        last_at: Timestamp(last),
                    })
                    .collect();
                if has_room(&known, &one.value) {
                    execute!(
                        tx,
                        sql::SIGHTING_SET,
                        &key,
                        one.habit.as_str(),
                        &one.value,
                        one.at.0
                    )?;
                }
                before.push(known);
            }
            before
        })
    }

    /// Inserts events, or adds to the open events of their groups.
    ///
    /// # Errors
    /// If the database fails: nothing is written then.
    pub async fn raise_security_events(
        &self,
        all: &[domain::security::EventOccurrence],
    ) -> Result<(), StoreError> {
        deferrable_transaction!(self, |tx| {
            // Two nodes that find no open event would insert two.
            if matches!(self, Self::Postgres { .. }) {
                sqlx::query(ONE_WRITER_OF_EVENTS).execute(&mut *tx).await?;
            }
            for raised in all {
                raise_event!(tx, raised)?;
            }
        })
    }

    /// Returns the newest `limit` events after a cursor, sorted by the time of their last occurrence.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn security_events(
        &self,
        scope: EventScope,
        filter: &EventFilter,
        cursor: Option<EventCursor>,
        limit: i64,
    ) -> Result<Vec<SecurityEvent>, StoreError> {
        let (at, id) = cursor.map_or((i64::MAX, i64::MAX), |cursor| (cursor.at.0, cursor.id.0));
        let rows: Vec<EventRow> = read!(self, |pool| {
            sqlx::query_as(sql::SECURITY_EVENTS_PAGE)
                .bind(scope.account.0)
                .bind(scope.application.0)
                .bind(scope.whole_account)
                .bind(filter.kind.map_or("", EventKind::as_str))
                .bind(filter.severity.map_or(-1, Severity::rank))
                .bind(filter.key.map_or_else(String::new, |key| key.to_string()))
                .bind(filter.state.as_str())
                .bind(at)
                .bind(id)
                .bind(limit)
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter().map(EventRow::event).collect()
    }

    /// Returns one event.
    ///
    /// # Errors
    /// `NotFound` if it is not in the scope; if the database fails or the row cannot be parsed.
    pub async fn security_event(
        &self,
        scope: EventScope,
        id: EventId,
    ) -> Result<SecurityEvent, StoreError> {
        let row: Option<EventRow> = read!(self, |pool| {
            sqlx::query_as(sql::SECURITY_EVENT_BY_ID)
                .bind(scope.account.0)
                .bind(scope.application.0)
                .bind(scope.whole_account)
                .bind(id.0)
                .fetch_optional(pool)
                .await
        })?;
        row.ok_or(StoreError::NotFound)?.event()
    }

    /// Counts the unacknowledged events in the scope, or of one key in it.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count_open_events(
        &self,
        scope: EventScope,
        key: Option<KeyId>,
    ) -> Result<OpenEventCounts, StoreError> {
        let (all, critical): (i64, i64) = read!(self, |pool| {
            sqlx::query_as(sql::SECURITY_EVENTS_COUNT_OPEN)
                .bind(scope.account.0)
                .bind(scope.application.0)
                .bind(scope.whole_account)
                .bind(key.map_or_else(String::new, |key| key.to_string()))
                .bind(Severity::Critical.rank())
                .fetch_one(pool)
                .await
        })?;
        Ok(OpenEventCounts { all, critical })
    }

    /// Returns the kind of the newest open critical event of each of at most [`PAGE_SIZE`] keys of an application. Keys without
    /// one are left out.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn critical_events_of_keys(
        &self,
        app: ApplicationId,
        ids: &[KeyId],
    ) -> Result<HashMap<KeyId, EventKind>, StoreError> {
        let ids: Vec<String> = ids.iter().map(KeyId::to_string).collect();
        let rows: Vec<(String, String)> = read!(self, |pool| {
            let mut query = sqlx::query_as(sql::SECURITY_EVENTS_CRITICAL_OF_KEYS)
                .bind(app.0)
                .bind(Severity::Critical.rank());
            for place in 0..PAGE_SIZE {
                query = query.bind(ids.get(place).map_or("", String::as_str));
            }
            query.fetch_all(pool).await
        })?;
        // The newest one is the last.
        rows.into_iter()
            .map(|(subject, kind)| {
                let id = subject.parse().map_err(|_| corrupt("subject"))?;
                let kind = EventKind::parse(&kind).ok_or_else(|| corrupt("kind"))?;
                Ok((id, kind))
            })
            .collect()
    }

    /// Acknowledges one or more events as `person`: all of them, or none. Each has its audit event. One that is acknowledged
    /// already is left as it is, without another audit event.
    ///
    /// # Errors
    /// `NotFound` if one is not in the scope, or the scope is that of an owner of the account and the person is no longer one; if
    /// the database fails. Nothing is acknowledged then.
    pub async fn acknowledge_events(
        &self,
        (scope, person): (EventScope, PersonId),
        how: &Acknowledgement,
        events: &[(EventId, AuditEvent)],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            // The account first, and then alone among the writers of events: no two wait for each other's rows.
            execute!(tx, sql::ACCOUNT_LOCK, scope.account.0)?;
            if matches!(self, Self::Postgres { .. }) {
                sqlx::query(ONE_WRITER_OF_EVENTS).execute(&mut *tx).await?;
            }
            let mut records = Vec::with_capacity(events.len());
            for (id, record) in events {
                let acknowledged = execute!(
                    tx,
                    sql::SECURITY_EVENT_ACKNOWLEDGE,
                    scope.account.0,
                    id.0,
                    scope.application.0,
                    how.at.0,
                    &how.by,
                    &how.note,
                    scope.whole_account
                )?;
                if acknowledged > 0 {
                    records.push(record.clone());
                    continue;
                }
                let already: Option<EventRow> = find_row!(
                    tx,
                    sql::SECURITY_EVENT_BY_ID,
                    scope.account.0,
                    scope.application.0,
                    scope.whole_account,
                    id.0
                )?;
                if already.is_none() {
                    return Err(StoreError::NotFound);
                }
            }
            if !records.is_empty() {
                append_many_events!(tx, scope.account, records)?;
            }
            if scope.whole_account {
                require_owner!(tx, scope.account, person)?;
            }
        })
    }
}
