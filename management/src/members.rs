//! Members of an account, which always has an owner, and the settings of its applications.

use crate::{FreshOwner, ManagementError, Owner, Viewer, Zone};
use domain::{
    Invalid,
    account::Role,
    audit::{Action, FieldValues},
    id::PersonId,
    member::Member,
};
use store::StoreError;

impl Viewer {
    /// Returns the account's members, ordered by e-mail address.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn members(&self) -> Result<Vec<Member>, ManagementError> {
        Ok(self
            .keyring()
            .store
            .members(self.application().account_id)
            .await?)
    }
}

impl Owner {
    /// Returns a member of the account.
    ///
    /// # Errors
    /// `NotFound` if the person is not a member.
    pub async fn member(&self, person: PersonId) -> Result<Member, ManagementError> {
        let members = self.members().await?;
        let member = members.into_iter().find(|member| member.id == person);
        member.ok_or(ManagementError::NotFound)
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
                let (account, app) = (owner.application().account_id, owner.application().id);
                let store = &owner.keyring().store;
                let done = store
                    .change_application(account, app, &name, zone.as_str(), &event)
                    .await;
                done.map_err(|error| match error {
                    StoreError::Conflict => Invalid::new(
                        "Another application of this account has this name. Choose another one.",
                    )
                    .into(),
                    error => error.into(),
                })
            })
            .await
    }

    /// Changes a member's role, effective with their next request.
    ///
    /// # Errors
    /// `NotFound` if the person is not a member, or this one is not an owner any more; `LastOwner` if the account would have no owner.
    pub async fn change_role(&self, person: PersonId, role: Role) -> Result<(), ManagementError> {
        let member = self.member(person).await?;
        if member.role == role {
            return Ok(());
        }
        let detail = format!("{} instead of {}", role, member.role);
        let event = self
            .event(Action::MemberChanged, &member.email, detail)
            .with_changes(
                FieldValues::of("role", &member.role),
                FieldValues::of("role", &role),
            );
        let owner = self.clone();
        self.keyring()
            .run_to_completion(async move {
                let by = (owner.application().account_id, owner.identity().person_id);
                let store = &owner.keyring().store;
                Ok(store.change_role(by, person, role, &event).await?)
            })
            .await
    }

    /// Removes a member; their next request is refused. Keys that they created stay.
    ///
    /// # Errors
    /// As [`FreshOwner::change_role`].
    pub async fn remove_member(&self, person: PersonId) -> Result<(), ManagementError> {
        let member = self.member(person).await?;
        let event = self
            .event(Action::MemberRemoved, &member.email, member.role.as_str())
            .with_changes(
                FieldValues::of("role", &member.role),
                FieldValues::default(),
            );
        let owner = self.clone();
        self.keyring()
            .run_to_completion(async move {
                let by = (owner.application().account_id, owner.identity().person_id);
                let store = &owner.keyring().store;
                Ok(store.remove_member(by, person, &event).await?)
            })
            .await
    }
}
