//! Applications: creating, changing, archiving, restoring and deleting them; and the name of an account.
//!
//! A change locks the application's row first, then those of its keys, then the account's. Whatever may make a key work locks the
//! application's row too (`lock_usable_application` in `key/changes.rs`), so no key is left active in an archived application. Once the account is
//! locked, the change is checked to be still its owner's.

use crate::{
    ChangeScope, ChangedKeys, Store, StoreError,
    audit::append_many_events,
    change_row, execute, find_row, get_row,
    key::{
        index::{advance_position, select_index_rows},
        revoke_all::UnrevokedKey,
    },
    owner::{require_application_owner, require_owner},
    read,
    record::append_event,
    sql, transaction,
};
use domain::{
    account::{Application, ApplicationConflict},
    audit::AuditEvent,
    id::{AccountId, ApplicationId, PersonId},
    key::state::State,
    name::folded,
    time::Timestamp,
};
use uuid::Uuid;

/// An application to insert.
#[derive(Debug)]
pub struct NewApplication<'a> {
    pub id: ApplicationId,
    pub account: AccountId,
    pub name: &'a str,
    pub time_zone: &'a str,
}

/// A change of an application with many of its keys.
#[derive(Debug)]
pub struct ApplicationChange<F> {
    pub app: ApplicationId,
    /// The person who asks, an owner of the application.
    pub owner: PersonId,
    /// The record of each key, which gets the key's id as target.
    pub one: AuditEvent,
    /// Makes the record of the application from the number of keys.
    pub whole: F,
}

/// Inside a transaction: changes the state of an application, which locks its row. `$missing` is the error if its state does not
/// allow that. Evaluates to a `Result`.
macro_rules! mark_application {
    ($tx:ident, $sql:expr, $missing:expr, $change:expr $(, $value:expr)*) => {
        $crate::execute!($tx, $sql, $change.app.0, $change.one.account_id.0 $(, $value)*)
            .and_then(|changed| match changed {
                0 => Err(StoreError::from($missing)),
                _ => Ok(()),
            })
    };
}

/// Inside a transaction that has locked the application: refuses a change of more than [`Application::MAX_KEYS_AT_ONCE`] keys,
/// which would hold up all other changes for seconds. The statement counts so many and one. Evaluates to a `Result`.
macro_rules! limit_keys {
    ($tx:ident, $sql:expr, $app:expr) => {
        $crate::get_row!($tx, $sql, $app.0, Application::MAX_KEYS_AT_ONCE + 1).and_then(
            |(count,): (i64,)| match count {
                ..=Application::MAX_KEYS_AT_ONCE => Ok(()),
                _ => Err(ApplicationConflict::TooManyKeys.into()),
            },
        )
    };
}

/// Changes an application with many of its keys, in one transaction. The body marks the application, changes the keys, and
/// evaluates to them, to the number for the application's record, and to the events of the keys. Evaluates to a `Result` with the
/// [`ChangedKeys`].
macro_rules! change_application_keys {
    ($store:expr, $change:expr, |$tx:ident| $body:expr) => {
        transaction!($store, bulk, |$tx| {
            let (count, events): (usize, Vec<AuditEvent>) = $body;
            let (account, app) = ($change.one.account_id, $change.app);
            append_event!($tx, &($change.whole)(count))?;
            require_application_owner!($tx, account, app, $change.owner)?;
            let ids: Vec<String> = events.iter().map(|event| event.target.clone()).collect();
            append_many_events!($tx, account, events)?;
            advance_position!($tx, $store, [ChangeScope::Application(app)])?;
            ChangedKeys {
                count,
                rows: select_index_rows!($tx, $store, &ids)?,
            }
        })
        .inspect(|changed| $store.record_changed_keys(changed))
    };
}

/// Inside a transaction that has locked the account: counts its applications that are not deleted. Evaluates to a `Result`.
macro_rules! count_applications {
    ($tx:ident, $account:expr) => {
        $crate::get_row!($tx, sql::APPLICATIONS_COUNT, $account.0).map(|(count,): (i64,)| count)
    };
}
pub(crate) use count_applications;

impl Store {
    /// Inserts an application, as an owner of the account.
    ///
    /// # Errors
    /// `Conflict` if another application of the account has the name; `Application` if the account has too many; `NotFound` if the
    /// owner is no longer one.
    pub async fn create_application(
        &self,
        new: &NewApplication<'_>,
        owner: PersonId,
        event: &AuditEvent,
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            let found: Option<(Uuid,)> =
                find_row!(tx, sql::APPLICATION_BY_NAME, new.account.0, new.name)?;
            if found.is_some() {
                return Err(StoreError::Conflict);
            }
            execute!(
                tx,
                sql::APPLICATION_INSERT,
                new.id.0,
                new.account.0,
                new.name,
                folded(new.name),
                new.time_zone,
                event.at.0
            )?;
            append_event!(tx, event)?;
            require_owner!(tx, new.account, owner)?;
            if count_applications!(tx, new.account)? > Application::MAX {
                return Err(ApplicationConflict::TooMany.into());
            }
        })
    }

    /// Changes the name and the time zone of an application, as an owner of it.
    ///
    /// # Errors
    /// `NotFound` if the account has no such application, or the owner is no longer one; `Conflict` if another of its
    /// applications has the name.
    pub async fn change_application(
        &self,
        (account, app): (AccountId, ApplicationId),
        owner: PersonId,
        name: &str,
        time_zone: &str,
        event: &AuditEvent,
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            change_row!(
                tx,
                sql::APPLICATION_UPDATE,
                app.0,
                account.0,
                name,
                folded(name),
                time_zone
            )?;
            append_event!(tx, event)?;
            require_application_owner!(tx, account, app, owner)?;
        })
    }

    /// Changes the name of an account, as an owner of it. Its earlier name is free, and `user add` does not join people to the
    /// account by its new one.
    ///
    /// # Errors
    /// `NotFound` if the owner is no longer one.
    pub async fn rename_account(
        &self,
        (account, owner): (AccountId, PersonId),
        name: &str,
        event: &AuditEvent,
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            // Before the record, which locks the row as well, and less: no lock is raised while another transaction waits for it.
            execute!(
                tx,
                sql::ACCOUNT_RENAME,
                account.0,
                name,
                folded(name),
                event.at.0
            )?;
            append_event!(tx, event)?;
            require_owner!(tx, account, owner)?;
        })
    }

    /// Counts the keys of an application that are active at `now`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count_active_keys(
        &self,
        app: ApplicationId,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let (count,): (i64,) = read!(self, |pool| {
            sqlx::query_as(sql::KEYS_COUNT_ACTIVE)
                .bind(app.0)
                .bind(now.0)
                .fetch_one(pool)
                .await
        })?;
        Ok(count)
    }

    /// Archives an application: deactivates the keys that are neither deactivated nor revoked, and remembers which. Expired ones
    /// are among them, so that none can be left working. The number is that of the keys that were active.
    ///
    /// # Errors
    /// `Application` if it is archived, or has too many keys; `NotFound` if it is deleted, or the owner is no longer one.
    /// Nothing was changed then.
    pub async fn archive_application(
        &self,
        change: &ApplicationChange<impl Fn(usize) -> AuditEvent>,
    ) -> Result<ChangedKeys, StoreError> {
        let at = change.one.at;
        change_application_keys!(self, change, |tx| {
            let missing = ApplicationConflict::AlreadyArchived;
            mark_application!(tx, sql::APPLICATION_ARCHIVE, missing, change, at.0)?;
            limit_keys!(tx, sql::KEYS_COUNT_USABLE, change.app)?;
            let keys: Vec<UnrevokedKey> = sqlx::query_as(sql::KEYS_ARCHIVE_ALL)
                .bind(change.app.0)
                .bind(at.0)
                .fetch_all(&mut *tx)
                .await?;
            let events = keys.iter().map(|key| key.event(&change.one));
            (active(&keys, at), events.collect())
        })
    }

    /// Restores an archived application, and activates the keys that [`Store::archive_application`] deactivated and that are not
    /// revoked since. The number is that of the keys that are active then; others have expired.
    ///
    /// # Errors
    /// `Application` if it is not archived; `NotFound` if the owner is no longer one. Nothing was changed then.
    pub async fn restore_application(
        &self,
        change: &ApplicationChange<impl Fn(usize) -> AuditEvent>,
    ) -> Result<ChangedKeys, StoreError> {
        change_application_keys!(self, change, |tx| {
            let missing = ApplicationConflict::NotArchived;
            mark_application!(tx, sql::APPLICATION_RESTORE, missing, change)?;
            let keys: Vec<UnrevokedKey> = sqlx::query_as(sql::KEYS_RESTORE_ALL)
                .bind(change.app.0)
                .fetch_all(&mut *tx)
                .await?;
            let events = keys.iter().map(|key| key.event_after(&change.one));
            (active(&keys, change.one.at), events.collect())
        })
    }

    /// Deletes an application without active keys, permanently, and revokes the keys that are not revoked. The rows stay: the audit
    /// log and the revocation journal refer to them.
    ///
    /// # Errors
    /// `Application` if a key is active, too many keys are not revoked, or the account has no other application; `NotFound` if it
    /// is deleted, or the owner is no longer one. Nothing was changed then.
    pub async fn delete_application(
        &self,
        change: &ApplicationChange<impl Fn(usize) -> AuditEvent>,
        reason: &str,
    ) -> Result<ChangedKeys, StoreError> {
        let (account, at) = (change.one.account_id, change.one.at);
        change_application_keys!(self, change, |tx| {
            // First, because it locks the application: no key is created or activated meanwhile.
            let missing = StoreError::NotFound;
            mark_application!(tx, sql::APPLICATION_DELETE, missing, change, at.0)?;
            let (active,): (i64,) = get_row!(tx, sql::KEYS_COUNT_ACTIVE, change.app.0, at.0)?;
            if active > 0 {
                return Err(ApplicationConflict::ActiveKeys.into());
            }
            limit_keys!(tx, sql::KEYS_COUNT_UNREVOKED_UP_TO, change.app)?;
            let keys: Vec<UnrevokedKey> = sqlx::query_as(sql::KEYS_REVOKE_ALL)
                .bind(change.app.0)
                .bind(at.0)
                .bind(reason)
                .fetch_all(&mut *tx)
                .await?;
            // Of two applications that are deleted at once, the second waits for the first, and sees that it is gone.
            execute!(tx, sql::ACCOUNT_LOCK, account.0)?;
            if count_applications!(tx, account)? == 0 {
                return Err(ApplicationConflict::Last.into());
            }
            let events = keys.iter().map(|key| key.event(&change.one));
            (keys.len(), events.collect())
        })
    }
}

/// The number of the keys that are active, as the columns say.
fn active(keys: &[UnrevokedKey], at: Timestamp) -> usize {
    let active = keys.iter().filter(|key| key.state(at) == State::Active);
    active.count()
}
