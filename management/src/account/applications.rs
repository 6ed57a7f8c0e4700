//! Applications of an account: creating, changing, archiving, restoring and deleting them; and the account's name.

use crate::{
    Confirmation, FreshAccountOwner, FreshOwner, ManagementError, Owner, Zone, key::revoked_facts,
    node::Applied,
};
use domain::{
    Invalid,
    audit::{Action, AuditEvent, FieldValues},
    id::ApplicationId,
    key::state::State,
};
use store::{ApplicationChange, ChangeScope, ChangedKeys, NewApplication, StoreError};

/// The reason for which the keys of a deleted application are revoked.
const DELETED: &str = "The application was deleted.";

impl Owner {
    /// Counts the active keys.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn active_keys(&self) -> Result<i64, ManagementError> {
        let _permit = self.long_read().await?;
        let (app, now) = (self.application().id, self.now());
        Ok(self.keyring().store().count_active_keys(app, now).await?)
    }
}

impl FreshAccountOwner {
    /// Creates an application without keys in the account.
    ///
    /// # Errors
    /// `Invalid` if another application of the account has the name; `Application` if the account has too many.
    pub async fn create_application(
        &self,
        name: String,
        zone: Zone,
    ) -> Result<ApplicationId, ManagementError> {
        let id = ApplicationId(self.keyring().new_id());
        let event = self
            .event(Action::ApplicationCreated, &id, name.as_str())
            .with_changes(
                FieldValues::default(),
                FieldValues::of("name", &name).and("time_zone", zone.as_str()),
            );
        let owner = self.clone();
        self.keyring()
            .run_to_completion(async move {
                let new = NewApplication {
                    id,
                    account: owner.application().account_id,
                    name: &name,
                    time_zone: zone.as_str(),
                };
                let by = owner.identity().person_id;
                let done = owner.keyring().store().create_application(&new, by, &event);
                done.await.map_err(name_taken)?;
                Ok(id)
            })
            .await
    }

    /// Changes the account's name. Other accounts may have the same one.
    ///
    /// # Errors
    /// `NotFound` if the person is no longer an owner.
    pub async fn rename_account(&self, name: String) -> Result<(), ManagementError> {
        let application = self.application();
        if application.account_name == name {
            return Ok(());
        }
        let event = self
            .event(
                Action::AccountRenamed,
                &application.account_id,
                name.as_str(),
            )
            .with_changes(
                FieldValues::of("name", &application.account_name),
                FieldValues::of("name", &name),
            );
        let owner = self.clone();
        self.keyring()
            .run_to_completion(async move {
                let by = owner.account_and_owner();
                let store = owner.keyring().store();
                Ok(store.rename_account(by, &name, &event).await?)
            })
            .await
    }
}

impl FreshOwner {
    /// Changes the application's name and time zone.
    ///
    /// # Errors
    /// `Invalid` if another application of the account has the name.
    pub async fn change_application(
        &self,
        name: String,
        zone: Zone,
    ) -> Result<(), ManagementError> {
        let before = self.application();
        if before.name == name && before.time_zone == zone.as_str() {
            return Ok(());
        }
        let detail = format!("{name}, {}", zone.as_str());
        let event = self
            .event(Action::ApplicationChanged, &before.id, detail)
            .with_changes(
                FieldValues::of("name", &before.name).and("time_zone", &before.time_zone),
                FieldValues::of("name", &name).and("time_zone", zone.as_str()),
            );
        let owner = self.clone();
        self.keyring()
            .run_to_completion(async move {
                let place = (owner.application().account_id, owner.application().id);
                let (store, by) = (owner.keyring().store(), owner.identity().person_id);
                let done = store
                    .change_application(place, by, &name, zone.as_str(), &event)
                    .await;
                done.map_err(name_taken)
            })
            .await
    }

    /// Archives the application: deactivates its active keys in one transaction, so that every call with them that begins after
    /// this returns is refused by every node, and lets no key be created or activated until it is restored. Returns the number of keys that were
    /// active.
    ///
    /// # Errors
    /// `Application` if it is archived, or has too many keys; if the database fails, nothing was changed.
    pub async fn archive(&self) -> Result<(usize, Confirmation), ManagementError> {
        let owner = self.clone();
        self.keyring()
            .run_to_completion(async move {
                let on = FieldValues::from(&State::Active);
                let change = owner.change(
                    (Action::KeyDeactivated, "The application was archived."),
                    (on, FieldValues::from(&State::Inactive { at: owner.now() })),
                    (Action::ApplicationArchived, "deactivated_keys"),
                );
                let store = owner.keyring().store();
                let archived = store.archive_application(&change).await;
                let applied = owner.apply(archived).await?;
                owner.keyring().node().confirm(applied).await
            })
            .await
    }

    /// Restores the archived application, and activates the keys that archiving deactivated and that are not revoked since.
    /// Returns the number of keys that are active then.
    ///
    /// # Errors
    /// `Application` if it is not archived; if the database fails, nothing was changed.
    pub async fn restore(&self) -> Result<usize, ManagementError> {
        let owner = self.clone();
        self.keyring()
            .run_to_completion(async move {
                let off = FieldValues::from(&State::Inactive { at: owner.now() });
                let change = owner.change(
                    (Action::KeyActivated, "The application was restored."),
                    (off, FieldValues::from(&State::Active)),
                    (Action::ApplicationRestored, "activated_keys"),
                );
                let store = owner.keyring().store();
                let restored = store.restore_application(&change).await;
                let applied = owner.apply(restored).await?;
                Ok(applied.unconfirmed())
            })
            .await
    }

    /// Deletes the application, permanently: it is no longer found, and all of its keys are revoked.
    ///
    /// # Errors
    /// `Application` if a key is active, too many keys are not revoked, or the account has no other application; if the database
    /// fails, nothing was changed.
    pub async fn delete(&self) -> Result<Confirmation, ManagementError> {
        let owner = self.clone();
        self.keyring()
            .run_to_completion(async move {
                let change = owner.change(
                    (Action::KeyRevoked, DELETED),
                    (FieldValues::default(), revoked_facts(DELETED)),
                    (Action::ApplicationDeleted, "revoked_keys"),
                );
                let store = owner.keyring().store();
                let deleted = store.delete_application(&change, DELETED).await;
                let applied = owner.apply(deleted).await?;
                let (_, confirmation) = owner.keyring().node().confirm(applied).await?;
                Ok(confirmation)
            })
            .await
    }

    /// Applies a change of many keys of the application, as [`Keys::apply`](crate::Keys::apply). Returns their number.
    async fn apply(
        &self,
        written: Result<ChangedKeys, StoreError>,
    ) -> Result<Applied<usize>, ManagementError> {
        let scope = [ChangeScope::Application(self.application().id)];
        let applied = self.keyring().keys().apply(&scope, written).await?;
        let count = applied.value().count;
        Ok(applied.with(count))
    }

    /// Describes a change: the action and reason of each key's record with the values before and after, and the action of the
    /// application's with the field for the number of keys.
    fn change(
        &self,
        (key, reason): (Action, &str),
        (before, after): (FieldValues, FieldValues),
        (whole, field): (Action, &'static str),
    ) -> ApplicationChange<impl Fn(usize) -> AuditEvent + Send + Sync + use<>> {
        let owner = self.clone();
        ApplicationChange {
            app: self.application().id,
            owner: self.identity().person_id,
            one: self.event(key, &"", reason).with_changes(before, after),
            whole: move |keys| {
                let application = owner.application();
                let noun = if keys == 1 { "key" } else { "keys" };
                let detail = format!("{}, {keys} {noun}", application.name);
                owner
                    .event(whole, &application.id, detail)
                    .with_changes(FieldValues::default(), FieldValues::of(field, &keys))
            },
        }
    }
}

fn name_taken(error: StoreError) -> ManagementError {
    match error {
        StoreError::Conflict => {
            Invalid::new("Another application of this account has this name. Choose another one.")
                .into()
        }
        error => error.into(),
    }
}
