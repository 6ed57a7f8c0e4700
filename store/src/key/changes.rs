//! Changes of single keys.

use crate::{IndexRow, Store, StoreError, sql};
use domain::{
    audit::AuditEvent,
    id::ApplicationId,
    key::{KeyDraft, token::KeyId},
    name::folded,
    time::Timestamp,
};

/// Changes one key and writes the event; `$lock` is [`any_application`] or [`lock_usable_application`]. Evaluates to a `Result`
/// with the key for the gate's index: `NotFound` if no row was changed.
macro_rules! change_key {
    ($store:expr, $event:expr, $lock:ident, $sql:expr, $app:expr, $id:expr $(, $value:expr)*) => {
        $crate::transaction!($store, |tx| {
            $crate::key::changes::$lock!(tx, $app)?;
            $crate::change_row!(tx, $sql, $app.0, $id.to_string() $(, $value)*)?;
            $crate::record::append_event!(tx, $event)?;
            $crate::key::index::advance_position!(tx, $store, [$crate::ChangeScope::Key($id)])?;
            $crate::key::index::select_index_row!(tx, $id)?.ok_or($crate::StoreError::NotFound)?
        })
        .inspect(|row: &$crate::IndexRow| $store.fence().record_position(row.position))
    };
}

/// For a change that cannot make a key work: it is made in an archived application too. Evaluates to a `Result`.
macro_rules! any_application {
    ($tx:ident, $app:expr) => {
        Ok::<(), $crate::StoreError>(())
    };
}

/// Inside a transaction that may make a key work, before it writes anything else: refuses it if the application is archived
/// (`Application`) or deleted (`NotFound`). The application's row stays locked until the commit, so that it is not archived
/// meanwhile. Evaluates to a `Result`.
macro_rules! lock_usable_application {
    ($tx:ident, $app:expr) => {
        async {
            let app: domain::id::ApplicationId = $app;
            let locked = $crate::execute!($tx, $crate::sql::APPLICATION_LOCK_USABLE, app.0)?;
            if locked > 0 {
                return Ok(());
            }
            let archived: Option<(i64,)> =
                $crate::find_row!($tx, $crate::sql::APPLICATION_ARCHIVED_AT, app.0)?;
            Err::<(), $crate::StoreError>(match archived {
                Some(_) => domain::account::ApplicationConflict::Archived.into(),
                None => $crate::StoreError::NotFound,
            })
        }
        .await
    };
}
pub(crate) use {any_application, change_key, lock_usable_application};

impl Store {
    /// Records that a person confirmed that the secret is stored.
    ///
    /// # Errors
    /// `NotFound` if there is no such unconfirmed key.
    pub async fn confirm_key(
        &self,
        app: ApplicationId,
        id: KeyId,
        event: &AuditEvent,
    ) -> Result<IndexRow, StoreError> {
        change_key!(
            self,
            event,
            any_application,
            sql::KEY_CONFIRM,
            app,
            id,
            event.at.0
        )
    }

    /// Deactivates a key.
    ///
    /// # Errors
    /// `NotFound` if there is no such active key.
    pub async fn deactivate_key(
        &self,
        app: ApplicationId,
        id: KeyId,
        event: &AuditEvent,
    ) -> Result<IndexRow, StoreError> {
        change_key!(
            self,
            event,
            any_application,
            sql::KEY_DEACTIVATE,
            app,
            id,
            event.at.0
        )
    }

    /// Activates a key.
    ///
    /// # Errors
    /// `NotFound` if there is no such inactive key; `Application` if the application is archived.
    pub async fn activate_key(
        &self,
        app: ApplicationId,
        id: KeyId,
        event: &AuditEvent,
    ) -> Result<IndexRow, StoreError> {
        change_key!(
            self,
            event,
            lock_usable_application,
            sql::KEY_ACTIVATE,
            app,
            id
        )
    }

    /// Changes a key from what one draft says to what the other one says, except for its environment.
    ///
    /// # Errors
    /// `NotFound` if there is no such key, it is revoked, or it is not as the first draft says; `Application` if the application
    /// is archived.
    pub async fn change_key(
        &self,
        app: ApplicationId,
        id: KeyId,
        (before, draft): (&KeyDraft, &KeyDraft),
        event: &AuditEvent,
    ) -> Result<IndexRow, StoreError> {
        change_key!(
            self,
            event,
            lock_usable_application,
            sql::KEY_UPDATE,
            app,
            id,
            draft.name.as_str(),
            folded(draft.name.as_str()),
            draft.description.as_str(),
            draft.scopes.to_string(),
            draft.ip_rules.to_string(),
            draft.expiry.at().map(|at| at.0),
            draft.rate_limit.map(|limit| i64::from(limit.requests)),
            draft.rate_limit.map(|limit| i64::from(limit.window_ms)),
            before.name.as_str(),
            before.description.as_str(),
            before.scopes.to_string(),
            before.ip_rules.to_string(),
            before.expiry.at().map(|at| at.0),
            before.rate_limit.map(|limit| i64::from(limit.requests)),
            before.rate_limit.map(|limit| i64::from(limit.window_ms))
        )
    }

    /// Makes a key expire, in an archived application too.
    ///
    /// # Errors
    /// `NotFound` if there is no such key, or it is revoked.
    pub async fn expire_key(
        &self,
        app: ApplicationId,
        id: KeyId,
        expires_at: Timestamp,
        event: &AuditEvent,
    ) -> Result<IndexRow, StoreError> {
        change_key!(
            self,
            event,
            any_application,
            sql::KEY_EXPIRE,
            app,
            id,
            expires_at.0
        )
    }

    /// Deactivates a key that is active, or is inactive because its application was archived: restoring the application does not
    /// activate it then.
    ///
    /// # Errors
    /// `NotFound` if there is no such key.
    pub async fn deactivate_key_for_good(
        &self,
        app: ApplicationId,
        id: KeyId,
        event: &AuditEvent,
    ) -> Result<IndexRow, StoreError> {
        change_key!(
            self,
            event,
            any_application,
            sql::KEY_DEACTIVATE_FOR_GOOD,
            app,
            id,
            event.at.0
        )
    }

    /// Revokes a key. This is final.
    ///
    /// # Errors
    /// `NotFound` if there is no such key, or it is revoked.
    pub async fn revoke_key(
        &self,
        app: ApplicationId,
        id: KeyId,
        reason: &str,
        event: &AuditEvent,
    ) -> Result<IndexRow, StoreError> {
        change_key!(
            self,
            event,
            any_application,
            sql::KEY_REVOKE,
            app,
            id,
            event.at.0,
            reason
        )
    }
}
