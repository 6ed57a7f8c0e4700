//! Members of an account, which always has an owner.

use crate::{AccountOwner, FreshAccountOwner, FreshViewer, ManagementError, Viewer};
use domain::{
    audit::{Action, FieldValues},
    id::PersonId,
    member::Member,
};

impl Viewer {
    /// Returns the account's members, ordered by e-mail address, with their roles in this application.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn members(&self) -> Result<Vec<Member>, ManagementError> {
        let application = self.application();
        let store = self.keyring().store();
        Ok(store
            .members(application.account_id, application.id)
            .await?)
    }
}

impl FreshViewer {
    /// Removes the person from the account; their next request is refused. Keys that they created stay.
    ///
    /// # Errors
    /// `NotFound` if the person is no longer a member; `LastOwner` if the account would have no owner.
    pub async fn leave_account(&self) -> Result<(), ManagementError> {
        let identity = self.identity();
        let role = identity.account_role;
        let event = self
            .event(Action::MemberLeft, &identity.email, role.as_str())
            .with_changes(FieldValues::of("role", &role), FieldValues::default());
        let viewer = self.clone();
        self.keyring()
            .run_to_completion(async move {
                let account = viewer.application().account_id;
                let store = viewer.keyring().store();
                let left = store.leave_account(account, identity.person_id, &event);
                Ok(left.await?)
            })
            .await
    }
}

impl AccountOwner {
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

impl FreshAccountOwner {
    /// Removes a member; their next request is refused. Keys that they created stay.
    ///
    /// # Errors
    /// As [`FreshAccountOwner::change_role`].
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
                let by = owner.account_and_owner();
                let store = owner.keyring().store();
                Ok(store.remove_member(by, person, &event).await?)
            })
            .await
    }
}
