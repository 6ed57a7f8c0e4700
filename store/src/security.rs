//! Security events, and what is familiar about keys.

use crate::{
    Store, StoreError, audit::append_event, deferrable_transaction, read, row::corrupt, sql,
    transaction,
};
use domain::{
    audit::Event,
    id::{AccountId, ApplicationId},
    key::{name::KeyName, token::KeyId},
    security::{
        Acknowledged, EventCursor, EventFilter, EventId, EventKey, Habit, Kind, OpenEvents,
        SecurityEvent, Severity, Sighting, has_room,
    },
    time::Timestamp,
};

/// Binds what both statements begin with.
macro_rules! bind_raised {
    ($statement:expr, $raised:ident) => {
        sqlx::query($statement)
            .bind($raised.account.0)
            .bind($raised.kind.as_str())
            .bind(&$raised.subject)
            .bind(&$raised.value)
            .bind($raised.calls)
            .bind($raised.first_at.0)
            .bind($raised.last_at.0)
            .bind(&$raised.address)
            .bind(&$raised.route)
            .bind(&$raised.user_agent)
            .bind(&$raised.request_id)
            .bind(&$raised.detail)
    };
}

/// Writes a raised event inside a transaction: adds it to the open event of its group, or inserts a new one. Evaluates to a
/// `Result`.
macro_rules! raise_event {
    ($tx:ident, $raised:expr) => {
        async {
            let raised: &domain::security::Raised = $raised;
            let added = $crate::security::bind_raised!($crate::sql::SECURITY_EVENT_ADD, raised)
                .bind(raised.first_at.plus(-domain::security::QUIET).0)
                .execute(&mut *$tx)
                .await?;
            if added.rows_affected() == 0 {
                $crate::security::bind_raised!($crate::sql::SECURITY_EVENT_INSERT, raised)
                    .bind(raised.application.map(|application| application.0))
                    .bind(raised.kind.severity().rank())
                    .execute(&mut *$tx)
                    .await?;
            }
            Ok::<(), $crate::StoreError>(())
        }
        .await
    };
}
pub(crate) use {bind_raised, raise_event};

/// Whose events somebody may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// The account.
    pub account: AccountId,
    /// The application whose keys they may see.
    pub application: ApplicationId,
    /// Whether what concerns the account as a whole is theirs to see.
    pub whole_account: bool,
}

/// That a key was used in some way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSighting {
    /// Which key.
    pub key: KeyId,
    /// In which way.
    pub habit: Habit,
    /// From which network, say.
    pub value: String,
    /// When.
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
                    alive: self.key_revoked_at.is_none(),
                    replaced: self.key_replaced_by.is_some(),
                })
            })
            .transpose()?;
        let acknowledged = self.acknowledged_at.map(|at| Acknowledged {
            at: Timestamp(at),
            by: self.acknowledged_by,
            note: self.note,
        });
        Ok(SecurityEvent {
            id: EventId(self.id),
            kind: Kind::parse(&self.kind).ok_or_else(|| corrupt("kind"))?,
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
    /// Notes how keys were used; for each, what was known of that before.
    ///
    /// # Errors
    /// Where the database fails: none is noted then.
    pub async fn sight(&self, new: &[NewSighting]) -> Result<Vec<Vec<Sighting>>, StoreError> {
        deferrable_transaction!(self, |tx| {
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
                    .map(|(value, first, last)| Sighting {
                        value,
                        first_at: Timestamp(first),
                        last_at: Timestamp(last),
                    })
                    .collect();
                if has_room(&known, &one.value) {
                    sqlx::query(sql::SIGHTING_SET)
                        .bind(&key)
                        .bind(one.habit.as_str())
                        .bind(&one.value)
                        .bind(one.at.0)
                        .execute(&mut *tx)
                        .await?;
                }
                before.push(known);
            }
            before
        })
    }

    /// Makes events, or adds to those that are there.
    ///
    /// # Errors
    /// Where the database fails: nothing is written then.
    pub async fn raise(&self, all: &[domain::security::Raised]) -> Result<(), StoreError> {
        deferrable_transaction!(self, |tx| {
            for raised in all {
                raise_event!(tx, raised)?;
            }
        })?;
        Ok(())
    }

    /// The newest `most` events behind a cursor, by their last time.
    ///
    /// # Errors
    /// Where the database fails or a row cannot be read.
    pub async fn security_events(
        &self,
        sight: Sight,
        filter: &EventFilter,
        cursor: Option<EventCursor>,
        most: i64,
    ) -> Result<Vec<SecurityEvent>, StoreError> {
        let (at, id) = cursor.map_or((i64::MAX, i64::MAX), |cursor| (cursor.at.0, cursor.id.0));
        let rows: Vec<EventRow> = read!(self, |pool| {
            sqlx::query_as(sql::SECURITY_EVENTS_PAGE)
                .bind(sight.account.0)
                .bind(sight.application.0)
                .bind(sight.whole_account)
                .bind(filter.kind.map_or("", Kind::as_str))
                .bind(filter.severity.map_or(-1, Severity::rank))
                .bind(filter.key.map_or_else(String::new, |key| key.to_string()))
                .bind(filter.state.as_str())
                .bind(at)
                .bind(id)
                .bind(most)
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter().map(EventRow::event).collect()
    }

    /// One event.
    ///
    /// # Errors
    /// `NotFound` where it is not in sight; where the database fails or the row cannot be read.
    pub async fn security_event(
        &self,
        sight: Sight,
        id: EventId,
    ) -> Result<SecurityEvent, StoreError> {
        let row: Option<EventRow> = read!(self, |pool| {
            sqlx::query_as(sql::SECURITY_EVENT_BY_ID)
                .bind(sight.account.0)
                .bind(sight.application.0)
                .bind(sight.whole_account)
                .bind(id.0)
                .fetch_optional(pool)
                .await
        })?;
        row.ok_or(StoreError::NotFound)?.event()
    }

    /// How many events nobody has acknowledged, of all that are in sight or of one key.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn open_events(
        &self,
        sight: Sight,
        key: Option<KeyId>,
    ) -> Result<OpenEvents, StoreError> {
        let (all, critical): (i64, i64) = read!(self, |pool| {
            sqlx::query_as(sql::SECURITY_EVENTS_COUNT_OPEN)
                .bind(sight.account.0)
                .bind(sight.application.0)
                .bind(sight.whole_account)
                .bind(key.map_or_else(String::new, |key| key.to_string()))
                .bind(Severity::Critical.rank())
                .fetch_one(pool)
                .await
        })?;
        Ok(OpenEvents { all, critical })
    }

    /// Notes that somebody has seen to an event, once.
    ///
    /// # Errors
    /// `NotFound` where it is not in sight, or somebody has already; where the database fails.
    pub async fn acknowledge(
        &self,
        sight: Sight,
        id: EventId,
        how: &Acknowledged,
        event: &Event,
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            let done = sqlx::query(sql::SECURITY_EVENT_ACKNOWLEDGE)
                .bind(sight.account.0)
                .bind(id.0)
                .bind(sight.application.0)
                .bind(how.at.0)
                .bind(&how.by)
                .bind(&how.note)
                .bind(sight.whole_account)
                .execute(&mut *tx)
                .await?;
            if done.rows_affected() == 0 {
                return Err(StoreError::NotFound);
            }
            append_event!(tx, event)?;
        })?;
        Ok(())
    }
}
