//! The outbox: mails that wait to be sent.

#![expect(
    missing_docs,
    reason = "fields are named for the columns that they hold"
)]

mod notices;

pub use notices::{ExpiringApplication, ExpiringKey, ExpiryStage, MailMember, UnreportedEvent};

use crate::{
    PepperName, Store, StoreError, change_row, deferrable_transaction, execute, read, row::corrupt,
    sql, transaction,
};
use domain::{
    account::{Email, Role},
    id::{AccountId, ApplicationId, MailId, PersonId},
    mail::{MailKind, Notifications},
    time::Timestamp,
};
use uuid::Uuid;

/// Maximum number of mails of one kind that wait for one recipient; more are not inserted.
pub(crate) const MAX_WAITING: i64 = 50;

/// A mail to insert, in the transaction of the change that it reports.
#[derive(Clone)]
pub struct NewMail {
    pub id: MailId,
    pub kind: MailKind,
    pub recipient: Email,
    /// Who must still have the address when the mail is sent.
    pub person: Option<PersonId>,
    /// Of which account the person must still be a member.
    pub account: Option<AccountId>,
    /// Nonce, ciphertext and tag.
    pub content: Vec<u8>,
    /// The pepper from which the key is derived.
    pub pepper: PepperName,
    pub at: Timestamp,
    /// Later it is not sent.
    pub expires_at: Timestamp,
}

/// A mail that waits to be sent.
#[derive(Clone)]
pub struct MailRow {
    pub id: MailId,
    /// The name of a kind, for the log: another release may have written it.
    pub kind: String,
    pub recipient: Email,
    /// Who must still have the address when the mail is sent.
    pub person: Option<PersonId>,
    /// Of which account the person must still be a member.
    pub account: Option<AccountId>,
    /// Nonce, ciphertext and tag.
    pub content: Vec<u8>,
    /// The pepper from which the key is derived.
    pub pepper: PepperName,
    pub created_at: Timestamp,
    /// Later it is not sent.
    pub expires_at: Timestamp,
    /// Attempts that were made.
    pub attempts: i64,
    /// Attempts after which it is not known whether the mail server accepted the mail.
    pub unanswered: i64,
}

/// The access of a person that decides whether they still get a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailAccess {
    pub email: String,
    pub wanted: Notifications,
    /// The role in the application or, without another one there, in the account; `None` if the person is not a member.
    pub role: Option<Role>,
}

/// How many mails wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WaitingMail {
    pub count: i64,
    /// When the oldest was created; `None` if none waits.
    pub oldest: Option<Timestamp>,
}

/// Inserts mails inside a transaction. Evaluates to a `Result` with their number, without those beyond [`MAX_WAITING`].
macro_rules! insert_mail {
    ($tx:ident, $mail:expr) => {
        async {
            let mail: &[$crate::NewMail] = $mail;
            let mut inserted = 0;
            for new in mail {
                inserted += $crate::execute!(
                    $tx,
                    $crate::sql::MAIL_INSERT,
                    new.id.0,
                    new.kind.as_str(),
                    new.recipient.as_str(),
                    new.person.map(|person| person.0),
                    new.account.map(|account| account.0),
                    new.content.as_slice(),
                    new.pepper.to_string(),
                    new.at.0,
                    new.expires_at.0,
                    $crate::mail::MAX_WAITING
                )?;
            }
            Ok::<u64, $crate::StoreError>(inserted)
        }
        .await
    };
}
pub(crate) use insert_mail;

#[derive(sqlx::FromRow)]
struct RawMail {
    id: Uuid,
    kind: String,
    recipient: String,
    person_id: Option<Uuid>,
    account_id: Option<Uuid>,
    content: Vec<u8>,
    pepper: String,
    created_at: i64,
    expires_at: i64,
    attempts: i64,
    unanswered: i64,
}

impl RawMail {
    fn read(self) -> Result<MailRow, StoreError> {
        Ok(MailRow {
            id: MailId(self.id),
            kind: self.kind,
            recipient: Email::parse(&self.recipient).map_err(|_| corrupt("recipient"))?,
            person: self.person_id.map(PersonId),
            account: self.account_id.map(AccountId),
            content: self.content,
            pepper: self.pepper.parse()?,
            created_at: Timestamp(self.created_at),
            expires_at: Timestamp(self.expires_at),
            attempts: self.attempts,
            unanswered: self.unanswered,
        })
    }
}

impl Store {
    /// Returns at most `limit` mails whose next attempt is due or, after a wrong clock, later than `latest`: first those that
    /// people wait for, then the one that became due first. For a row that cannot be parsed, its id.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn due_mail(
        &self,
        now: Timestamp,
        latest: Timestamp,
        limit: i64,
    ) -> Result<Vec<Result<MailRow, MailId>>, StoreError> {
        let rows: Vec<RawMail> = read!(self, |pool| {
            sqlx::query_as(sql::MAIL_DUE)
                .bind(now.0)
                .bind(latest.0)
                .bind(limit)
                .fetch_all(pool)
                .await
        })?;
        let read = |row: RawMail| {
            let id = MailId(row.id);
            row.read().map_err(|_| id)
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// Returns what decides whether a person still gets a mail about an account, or about one of its applications; `None` if the person
    /// is disabled or does not exist.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn mail_access(
        &self,
        person: PersonId,
        account: Option<AccountId>,
        application: Option<ApplicationId>,
    ) -> Result<Option<MailAccess>, StoreError> {
        type Row = (String, bool, bool, bool, Option<String>);
        let row: Option<Row> = read!(self, |pool| {
            sqlx::query_as(sql::MAIL_ACCESS)
                .bind(person.0)
                .bind(account.map(|account| account.0))
                .bind(application.map(|application| application.0))
                .fetch_optional(pool)
                .await
        })?;
        Ok(row.map(
            |(email, new_sign_ins, key_expiry, security_events, role)| MailAccess {
                email,
                wanted: Notifications {
                    new_sign_ins,
                    key_expiry,
                    security_events,
                },
                role: role.and_then(|role| Role::parse(&role)),
            },
        ))
    }

    /// Inserts mails that report no change.
    ///
    /// # Errors
    /// If the database fails or its disk is full.
    pub async fn insert_mail(&self, mail: &[NewMail]) -> Result<(), StoreError> {
        deferrable_transaction!(self, |tx| {
            insert_mail!(tx, mail)?;
        })
    }

    /// Counts an attempt, before it is made, and sets the time of the next one.
    ///
    /// # Errors
    /// `NotFound` if the mail was sent or attempted meanwhile; if the database fails or its disk is full.
    pub async fn schedule_mail(&self, mail: &MailRow, next: Timestamp) -> Result<(), StoreError> {
        deferrable_transaction!(self, |tx| {
            change_row!(tx, sql::MAIL_SCHEDULE, mail.id.0, mail.attempts, next.0)?;
        })
    }

    /// Counts an attempt after which it is not known whether the mail server accepted the mail.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count_unanswered_mail(&self, id: MailId) -> Result<(), StoreError> {
        deferrable_transaction!(self, |tx| {
            execute!(tx, sql::MAIL_COUNT_UNANSWERED, id.0)?;
        })
    }

    /// Deletes a mail that was sent or given up.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_mail(&self, id: MailId) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            execute!(tx, sql::MAIL_DELETE, id.0)?;
        })
    }

    /// Counts the mails that wait.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn waiting_mail(&self) -> Result<WaitingMail, StoreError> {
        let (count, oldest): (i64, Option<i64>) = read!(self, |pool| {
            sqlx::query_as(sql::MAIL_WAITING).fetch_one(pool).await
        })?;
        Ok(WaitingMail {
            count,
            oldest: oldest.map(Timestamp),
        })
    }
}
