//! Revoking all keys of an application in one transaction.

use crate::{
    ChangeScope, IndexRow, Store, StoreError,
    audit::append_many_events,
    change_row,
    key::index::{advance_position, select_index_rows},
    owner::require_application_owner,
    read,
    record::append_event,
    sql, transaction,
};
use domain::{
    audit::{AuditEvent, FieldValues},
    id::{ApplicationId, PersonId},
    key::state::{State, StateColumns},
    time::Timestamp,
};

/// The keys of an application after a change of all or many of them.
#[derive(Debug)]
pub struct ChangedKeys {
    /// The number of keys that were changed.
    pub count: usize,
    /// These keys, for the index.
    pub rows: Vec<IndexRow>,
}

/// The columns of a key that is not revoked on which its state depends, before or after a change.
#[derive(sqlx::FromRow)]
pub(crate) struct UnrevokedKey {
    id: String,
    deactivated_at: Option<i64>,
    expires_at: Option<i64>,
    retires_at: Option<i64>,
}

impl UnrevokedKey {
    /// Returns the state that the columns describe.
    pub(crate) fn state(&self, at: Timestamp) -> State {
        let columns = StateColumns {
            deactivated_at: self.deactivated_at.map(Timestamp),
            expires_at: self.expires_at.map(Timestamp),
            retires_at: self.retires_at.map(Timestamp),
            ..StateColumns::default()
        };
        State::at(columns, at)
    }

    /// Returns the event of a change after which the key is no longer in this state.
    pub(crate) fn event(&self, one: &AuditEvent) -> AuditEvent {
        AuditEvent {
            target: self.id.clone(),
            before: FieldValues::from(&self.state(one.at)),
            ..one.clone()
        }
    }

    /// Returns the event of a change after which the key is in this state.
    pub(crate) fn event_after(&self, one: &AuditEvent) -> AuditEvent {
        AuditEvent {
            target: self.id.clone(),
            after: FieldValues::from(&self.state(one.at)),
            ..one.clone()
        }
    }
}

impl Store {
    /// Counts the keys of the application that are not revoked.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count_unrevoked_keys(&self, app: ApplicationId) -> Result<i64, StoreError> {
        let (count,): (i64,) = read!(self, |pool| {
            sqlx::query_as(sql::KEYS_COUNT_UNREVOKED)
                .bind(app.0)
                .fetch_one(pool)
                .await
        })?;
        Ok(count)
    }

    /// Revokes all keys of the application that are not revoked, as an owner of it, in one transaction. Each key gets its own audit
    /// record: `one`, with the key's id as target and its former status. `whole` makes the application's record from the number of
    /// keys.
    ///
    /// # Errors
    /// `NotFound` if the owner is no longer one; if the database fails. Nothing was revoked then.
    pub async fn revoke_all_keys(
        &self,
        (app, owner): (ApplicationId, PersonId),
        reason: &str,
        one: AuditEvent,
        whole: impl Fn(usize) -> AuditEvent,
    ) -> Result<ChangedKeys, StoreError> {
        let account = one.account_id;
        let revoked = transaction!(self, bulk, |tx| {
            // First, as every change of many keys: no two wait for each other's keys, and no key is created meanwhile.
            change_row!(tx, sql::APPLICATION_LOCK, app.0)?;
            let keys: Vec<UnrevokedKey> = sqlx::query_as(sql::KEYS_REVOKE_ALL)
                .bind(app.0)
                .bind(one.at.0)
                .bind(reason)
                .fetch_all(&mut *tx)
                .await?;
            if !keys.is_empty() {
                append_event!(tx, &whole(keys.len()))?;
            }
            require_application_owner!(tx, account, app, owner)?;
            if !keys.is_empty() {
                let events = keys.iter().map(|key| key.event(&one)).collect();
                append_many_events!(tx, account, events)?;
            }
            advance_position!(tx, self, [ChangeScope::Application(app)])?;
            let ids: Vec<String> = keys.into_iter().map(|key| key.id).collect();
            ChangedKeys {
                count: ids.len(),
                rows: select_index_rows!(tx, self, &ids)?,
            }
        })?;
        self.record_changed_keys(&revoked);
        Ok(revoked)
    }

    /// Records the position of a committed change of an application's keys.
    pub(crate) fn record_changed_keys(&self, changed: &ChangedKeys) {
        if let Some(row) = changed.rows.first() {
            self.fence().record_position(row.position);
        }
    }
}
