//! Changes of several keys.

use crate::{
    Confirmation, Editor, FreshOwner, ManagementError, Owner, Viewer,
    key::revoke::{Transition, apply_transition, revoked_facts},
    node::Applied,
};
use domain::{
    audit::{Action, FieldValues},
    key::{KeySummary, name::KeyName, state::IllegalTransition, token::KeyId},
    usage::{Subject, Window},
};
use std::collections::HashMap;
use store::{ChangeScope, HourlyCalls};

/// The result of a change of several keys.
#[derive(Debug, Default)]
pub struct Bulk {
    /// The keys that were changed.
    pub done: Vec<KeyName>,
    /// The keys whose state did not allow it.
    pub skipped: Vec<(KeyName, IllegalTransition)>,
    /// The nodes that know of the changes.
    pub confirmation: Confirmation,
}

impl Viewer {
    /// Returns several keys with their calls of the last 24 hours, as [`Viewer::list_keys`] does.
    ///
    /// # Errors
    /// `NotFound` if the application lacks one of them.
    pub async fn selection(
        &self,
        ids: &[KeyId],
    ) -> Result<(Vec<KeySummary>, HashMap<Subject, HourlyCalls>), ManagementError> {
        let mut keys = Vec::with_capacity(ids.len());
        self.telemetry().flush_before_read().await;
        for id in ids {
            keys.push(self.stored_key(*id).await?);
        }
        let subjects: Vec<Subject> = ids.iter().map(|id| (*id).into()).collect();
        let store = self.keyring().store();
        let days = store.hourly_calls(&subjects, self.now()).await?;
        Ok((keys, days))
    }
}

impl Editor {
    /// Deactivates each of these keys that is active.
    ///
    /// # Errors
    /// `NotFound` if the application lacks one of them: nothing was changed then. If the database fails, the keys before it
    /// are deactivated.
    pub async fn deactivate_each(&self, ids: Vec<KeyId>) -> Result<Bulk, ManagementError> {
        self.each(ids, |_| Transition::Deactivate).await
    }

    /// Revokes each of these keys that is not revoked.
    ///
    /// # Errors
    /// As [`Editor::deactivate_each`].
    pub async fn revoke_each(
        &self,
        ids: Vec<KeyId>,
        reason: String,
    ) -> Result<Bulk, ManagementError> {
        self.each(ids, move |_| Transition::Revoke {
            reason: reason.clone(),
        })
        .await
    }

    async fn each(
        &self,
        ids: Vec<KeyId>,
        wanted: impl Fn(KeyId) -> Transition + Send + 'static,
    ) -> Result<Bulk, ManagementError> {
        let editor = self.clone();
        self.keyring()
            .run_to_completion(async move {
                let mut named = Vec::with_capacity(ids.len());
                for id in ids {
                    named.push((id, editor.stored_key(id).await?.name));
                }
                let mut bulk = Bulk::default();
                let mut last: Option<Applied<()>> = None;
                for (id, name) in named {
                    match apply_transition(&editor, id, wanted(id)).await {
                        Ok(applied) => {
                            last = Some(applied.later(last));
                            bulk.done.push(name);
                        }
                        Err(ManagementError::Illegal(why)) => bulk.skipped.push((name, why)),
                        Err(error) => return Err(error),
                    }
                }
                if let Some(last) = last {
                    ((), bulk.confirmation) = editor.keyring().node().confirm(last).await?;
                }
                Ok(bulk)
            })
            .await
    }
}

/// The impact of revoking all keys of an application.
#[derive(Clone, Copy, Debug)]
pub struct AllKeys {
    /// Keys that are not revoked.
    pub keys: i64,
    /// Calls in the last hour.
    pub calls: i64,
}

impl Owner {
    /// Returns the impact of revoking all keys.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn all_keys(&self) -> Result<AllKeys, ManagementError> {
        let app = self.application().id;
        let keys = {
            let _permit = self.long_read().await?;
            self.keyring().store().count_unrevoked_keys(app).await?
        };
        let series = self.usage().await.series(Window::Hour).await?;
        Ok(AllKeys {
            keys,
            calls: series.sum().total(),
        })
    }
}

impl FreshOwner {
    /// Revokes every key of the application in one transaction: every call that begins after this returns is refused by
    /// every node. Returns the number of keys.
    ///
    /// # Errors
    /// `NotFound` if the person is no longer an owner; if the database fails.
    pub async fn revoke_all(
        &self,
        reason: String,
    ) -> Result<(usize, Confirmation), ManagementError> {
        let owner = self.clone();
        self.keyring()
            .run_to_completion(async move {
                let revoked = revoke_all(&owner, &reason).await?;
                owner.keyring().node().confirm(revoked).await
            })
            .await
    }
}

async fn revoke_all(owner: &FreshOwner, reason: &str) -> Result<Applied<usize>, ManagementError> {
    let keyring = owner.keyring();
    let app = owner.application().id;
    let person = owner.identity().person_id;
    let one = owner
        .event(Action::KeyRevoked, &"", reason)
        .with_changes(FieldValues::default(), revoked_facts(reason));
    let whole = |count: usize| {
        let keys = if count == 1 { "key" } else { "keys" };
        let detail = format!("{count} {keys}: {reason}");
        let revoked = FieldValues::of("revoked_keys", &count).and("reason", reason);
        owner
            .event(Action::AllKeysRevoked, &app, detail.trim_end_matches(": "))
            .with_changes(FieldValues::default(), revoked)
    };
    let revoked = keyring
        .store()
        .revoke_all_keys((app, person), reason, one, whole)
        .await;
    let applied = keyring
        .keys()
        .apply(&[ChangeScope::Application(app)], revoked)
        .await?;
    let count = applied.value().count;
    Ok(applied.with(count))
}
