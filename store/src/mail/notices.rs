//! What mails without a change are made from: keys that expire soon, and critical security events.

use super::insert_mail;
use crate::{
    NewMail, Store, StoreError, database::insert_many::insert_many, deferrable_transaction,
    execute, read, row::corrupt, sql,
};
use domain::{
    account::{Email, Role},
    id::{AccountId, ApplicationId, PersonId},
    key::token::KeyId,
    security::{EventId, EventKind, Severity},
    time::{DAY, HOUR, Timestamp},
};
use uuid::Uuid;

/// Applications and events that are read at once.
const BATCH: i64 = 500;
/// Maximum number of keys about which one mail is.
const MAX_KEYS: i64 = 5_000;

/// Minimum time between two mails about one application and stage. Below a day: they are inserted hourly.
const MAIL_INTERVAL: i64 = DAY - HOUR / 2;

/// A time at which keys get a notice: when they expire after `from_days` and until `days` from now.
#[derive(Clone, Copy, Debug)]
pub struct ExpiryStage {
    pub from_days: i64,
    pub days: i64,
}

/// An application with keys that get a notice.
#[derive(Clone, Copy, Debug)]
pub struct ExpiringApplication {
    pub account: AccountId,
    pub id: ApplicationId,
}

/// A key that expires soon.
#[derive(Clone, Debug)]
pub struct ExpiringKey {
    pub id: KeyId,
    pub name: String,
    pub application_name: String,
    /// `None` if a person who was deleted created it.
    pub created_by: Option<PersonId>,
    pub expires_at: Timestamp,
}

/// A critical security event about which no mail was inserted.
#[derive(Clone, Debug)]
pub struct UnreportedEvent {
    pub id: EventId,
    pub account: AccountId,
    pub account_name: String,
    /// `None` if the event is not about a key, or is about one of a deleted application: only owners of the account read it.
    pub application: Option<ApplicationId>,
    /// `None` for a kind of another release.
    pub kind: Option<EventKind>,
    /// The name of the key, if the event is about one.
    pub key_name: Option<String>,
}

/// A member of an account who may get mails.
#[derive(Clone, Debug)]
pub struct MailMember {
    pub id: PersonId,
    pub email: Email,
    /// In the application or, without another role there, in the account.
    pub role: Role,
    /// Whether the person wants mails about keys that expire soon.
    pub key_expiry: bool,
    /// Whether the person wants mails about critical security events.
    pub security_events: bool,
}

#[derive(sqlx::FromRow)]
struct RawExpiringKey {
    id: String,
    name: String,
    application_name: String,
    created_by: Option<Uuid>,
    expires_at: i64,
}

impl RawExpiringKey {
    fn read(self) -> Result<ExpiringKey, StoreError> {
        Ok(ExpiringKey {
            id: self.id.parse().map_err(|_| corrupt("id"))?,
            name: self.name,
            application_name: self.application_name,
            created_by: self.created_by.map(PersonId),
            expires_at: Timestamp(self.expires_at),
        })
    }
}

#[derive(sqlx::FromRow)]
struct RawEvent {
    id: i64,
    account_id: Uuid,
    account_name: String,
    application_id: Option<Uuid>,
    kind: String,
    key_name: Option<String>,
}

impl From<RawEvent> for UnreportedEvent {
    fn from(row: RawEvent) -> Self {
        Self {
            id: EventId(row.id),
            account: AccountId(row.account_id),
            account_name: row.account_name,
            application: row.application_id.map(ApplicationId),
            kind: EventKind::parse(&row.kind),
            key_name: row.key_name,
        }
    }
}

impl Store {
    /// Returns applications with active keys that are in a stage, were created at least its number of days before they expire, and have
    /// no notice for it, and without a mail for the stage within the last day: at most 500, after `after`, sorted by id.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn expiring_applications(
        &self,
        stage: ExpiryStage,
        after: ApplicationId,
        now: Timestamp,
    ) -> Result<Vec<ExpiringApplication>, StoreError> {
        let rows: Vec<(Uuid, Uuid)> = read!(self, |pool| {
            sqlx::query_as(sql::MAIL_EXPIRING_APPLICATIONS)
                .bind(now.plus(stage.from_days * DAY).0)
                .bind(now.plus(stage.days * DAY).0)
                .bind(stage.days * DAY)
                .bind(stage.days)
                .bind(now.plus(-MAIL_INTERVAL).0)
                .bind(now.0)
                .bind(after.0)
                .bind(BATCH)
                .fetch_all(pool)
                .await
        })?;
        let read = |(account, id)| ExpiringApplication {
            account: AccountId(account),
            id: ApplicationId(id),
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// Returns the keys of an application that get a notice, and those that would get it within the next day: at most 5,000, the first
    /// to expire first. An application with such keys then has one mail a day.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn expiring_keys(
        &self,
        application: ApplicationId,
        stage: ExpiryStage,
        now: Timestamp,
    ) -> Result<Vec<ExpiringKey>, StoreError> {
        let rows: Vec<RawExpiringKey> = read!(self, |pool| {
            sqlx::query_as(sql::MAIL_EXPIRING_KEYS)
                .bind(now.plus(stage.from_days * DAY).0)
                .bind(now.plus((stage.days + 1) * DAY).0)
                .bind(stage.days * DAY)
                .bind(stage.days)
                .bind(application.0)
                .bind(MAX_KEYS)
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter().map(RawExpiringKey::read).collect()
    }

    /// Inserts mails about keys of an application that expire within some days, and the keys' notices, which prevent further mails.
    ///
    /// # Errors
    /// `Conflict` if a key has the notice meanwhile; if the database fails. Nothing is written then.
    pub async fn insert_expiry_mail(
        &self,
        application: ApplicationId,
        keys: &[ExpiringKey],
        days: i64,
        now: Timestamp,
        mail: &[NewMail],
    ) -> Result<(), StoreError> {
        let mut notices: Vec<(String, i64)> = keys
            .iter()
            .map(|key| (key.id.to_string(), key.expires_at.0))
            .collect();
        // In the same order by every process, so that none waits for another in a circle.
        notices.sort_unstable();
        deferrable_transaction!(self, |tx| {
            let inserted =
                insert_many!(tx, sql::MAIL_EXPIRY_NOTICE_INSERT, notices, |row, new| row
                    .push_bind(new.0.as_str())
                    .push_bind(new.1)
                    .push_bind(days))?;
            if u64::try_from(notices.len()) != Ok(inserted) {
                return Err(StoreError::Conflict);
            }
            execute!(tx, sql::MAIL_EXPIRY_MAIL_SET, application.0, days, now.0)?;
            insert_mail!(tx, mail)?;
        })
    }

    /// Deletes the notices of keys that have expired.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn prune_expiry_notices(&self, now: Timestamp) -> Result<(), StoreError> {
        deferrable_transaction!(self, |tx| {
            execute!(tx, sql::MAIL_EXPIRY_NOTICES_PRUNE, now.0)?;
        })
    }

    /// Returns open critical security events of the last day about which no mail was inserted, of accounts without such a mail within
    /// the last hour, at most 500, sorted by account.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn unreported_events(
        &self,
        now: Timestamp,
    ) -> Result<Vec<UnreportedEvent>, StoreError> {
        let rows: Vec<RawEvent> = read!(self, |pool| {
            sqlx::query_as(sql::MAIL_SECURITY_EVENTS)
                .bind(Severity::Critical.rank())
                .bind(now.plus(-DAY).0)
                .bind(now.plus(-HOUR).0)
                .bind(now.0)
                .bind(BATCH)
                .fetch_all(pool)
                .await
        })?;
        Ok(rows.into_iter().map(UnreportedEvent::from).collect())
    }

    /// Inserts mails about security events, and marks the events.
    ///
    /// # Errors
    /// `Conflict` if an event was marked meanwhile; if the database fails. Nothing is written then.
    pub async fn insert_event_mail(
        &self,
        events: &[EventId],
        now: Timestamp,
        mail: &[NewMail],
    ) -> Result<(), StoreError> {
        let mut events: Vec<i64> = events.iter().map(|event| event.0).collect();
        // In the same order by every process. One that adds repetitions to events locks them in another order: PostgreSQL then rolls one
        // of the two back, which tries again.
        events.sort_unstable();
        deferrable_transaction!(self, |tx| {
            for event in &events {
                if execute!(tx, sql::MAIL_SECURITY_EVENT_MAILED, event, now.0)? == 0 {
                    return Err(StoreError::Conflict);
                }
            }
            insert_mail!(tx, mail)?;
        })
    }

    /// Returns the members of an account who are not disabled, with their roles in one of its applications or, for `None`, in the
    /// account, sorted by address.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn mail_members(
        &self,
        account: AccountId,
        application: Option<ApplicationId>,
    ) -> Result<Vec<MailMember>, StoreError> {
        type Row = (Uuid, String, String, bool, bool);
        let rows: Vec<Row> = read!(self, |pool| {
            sqlx::query_as(sql::MAIL_MEMBERS)
                .bind(account.0)
                .bind(application.map(|application| application.0))
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter()
            .map(|(id, email, role, key_expiry, security_events)| {
                Ok(MailMember {
                    id: PersonId(id),
                    email: Email::parse(&email).map_err(|_| corrupt("email"))?,
                    role: Role::parse(&role).ok_or_else(|| corrupt("role"))?,
                    key_expiry,
                    security_events,
                })
            })
            .collect()
    }
}
