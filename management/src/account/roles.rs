//! Roles of members: in the account, and in single applications.

use crate::{FreshAccountOwner, ManagementError};
use domain::{
    Invalid,
    account::{Application, Role},
    audit::{Action, FieldValues},
    id::PersonId,
};

impl FreshAccountOwner {
    /// Changes a member's role in the account, effective with their next request. A new owner has no other role in any application.
    ///
    /// # Errors
    /// `NotFound` if the person is not a member, or this one is no longer an owner; `LastOwner` if the account would have no owner.
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
                let by = owner.account_and_owner();
                let store = owner.keyring().store();
                Ok(store.change_role(by, person, role, &event).await?)
            })
            .await
    }

    /// Gives a member another role in this application, effective with their next request; `None` for the role in the account.
    ///
    /// # Errors
    /// `NotFound` if the person is not a member; `Invalid` for an owner of the account.
    pub async fn change_application_role(
        &self,
        person: PersonId,
        role: Option<Role>,
    ) -> Result<(), ManagementError> {
        let member = self.member(person).await?;
        if member.role == Role::Owner {
            return Err(Invalid::new(
                "Owners of the account have full access to every application. Change their role in the account first.",
            )
            .into());
        }
        if member.application_role == role {
            return Ok(());
        }
        let Application { id: app, name, .. } = self.application();
        let (before, after) = (
            member.application_role.unwrap_or(member.role),
            role.unwrap_or(member.role),
        );
        let detail = format!("{after} instead of {before} in {name}");
        let facts = |own: Option<Role>| {
            let own = own.map_or_else(|| "as in the account".to_owned(), |role| role.to_string());
            FieldValues::of("role", &own).and("application", &app)
        };
        let event = self
            .event(Action::ApplicationRoleChanged, &member.email, detail)
            .with_changes(facts(member.application_role), facts(role));
        let owner = self.clone();
        self.keyring()
            .run_to_completion(async move {
                let place = (owner.application().account_id, owner.application().id);
                let (store, by) = (owner.keyring().store(), owner.identity().person_id);
                Ok(store
                    .change_application_role(place, by, person, role, &event)
                    .await?)
            })
            .await
    }

    /// Makes another member an owner of the account, and the person who asks a developer.
    ///
    /// # Errors
    /// `NotFound` if the person is not a member; `Invalid` if they are an owner.
    pub async fn transfer_ownership(&self, to: PersonId) -> Result<(), ManagementError> {
        let member = self.member(to).await?;
        if member.role == Role::Owner {
            return Err(Invalid::new(
                "This member is already an owner. To step down, change your own role.",
            )
            .into());
        }
        let event = self
            .event(
                Action::OwnershipTransferred,
                &member.email,
                format!("{} is a developer now", self.identity().email),
            )
            .with_changes(
                FieldValues::of("role", &member.role),
                FieldValues::of("role", &Role::Owner),
            );
        let owner = self.clone();
        self.keyring()
            .run_to_completion(async move {
                let account = owner.application().account_id;
                let from = owner.identity().person_id;
                let store = owner.keyring().store();
                Ok(store.transfer_ownership(account, from, to, &event).await?)
            })
            .await
    }
}
