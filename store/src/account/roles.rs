//! Roles of members, in an account and in single applications of it.

use super::factor_steps::lock_enabled_person;
use crate::{
    Store, StoreError, change_row,
    owner::{delete_links_of_former_owner, require_owner},
    record::append_event,
    sql, transaction,
};
use domain::{
    account::Role,
    audit::AuditEvent,
    id::{AccountId, ApplicationId, PersonId},
};

/// Inside a transaction that has locked the account: changes the role of a member in the account. An owner has no other role in
/// an application; the open invitations and reset links of a former owner are deleted. Evaluates to a `Result`.
macro_rules! change_member_role {
    ($tx:ident, $account:expr, $person:expr, $role:expr) => {
        async {
            let (account, person, role): (AccountId, PersonId, Role) = ($account, $person, $role);
            $crate::account::members::change_member_row!(
                $tx,
                sql::MEMBER_UPDATE_ROLE,
                account,
                person,
                role.as_str()
            )?;
            if role != Role::Owner {
                return delete_links_of_former_owner!($tx, account, person);
            }
            $crate::execute!(
                $tx,
                sql::APPLICATION_ROLES_DELETE_BY_MEMBER,
                account.0,
                person.0
            )?;
            Ok::<(), StoreError>(())
        }
        .await
    };
}
pub(super) use change_member_role;

impl Store {
    /// Changes the role of a member in the account, as an owner of it. The open invitations and reset links of a former owner are
    /// deleted, and a new owner has no other role in any application.
    ///
    /// # Errors
    /// `NotFound` if the person is not a member, or the owner is no longer one; `LastOwner` if the account would have no
    /// owner.
    pub async fn change_role(
        &self,
        (account, owner): (AccountId, PersonId),
        person: PersonId,
        role: Role,
        event: &AuditEvent,
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            // First, because it locks the account: of two owners who give up the role at once, the second sees the change of the
            // first.
            append_event!(tx, event)?;
            require_owner!(tx, account, owner)?;
            change_member_role!(tx, account, person, role)?;
        })
    }

    /// Makes a member an owner, and another owner, `from`, a developer.
    ///
    /// # Errors
    /// `NotFound` if either of them is not a member, `from` is not an owner, or the new owner is disabled.
    pub async fn transfer_ownership(
        &self,
        account: AccountId,
        from: PersonId,
        to: PersonId,
        event: &AuditEvent,
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            // Before the account, as everywhere: the new owner must not be disabled meanwhile.
            lock_enabled_person!(tx, to)?;
            append_event!(tx, event)?;
            require_owner!(tx, account, from)?;
            change_member_role!(tx, account, to, Role::Owner)?;
            change_member_role!(tx, account, from, Role::Developer)?;
        })
    }

    /// Gives a member another role in one application, as an owner of the account; `None` for the role in the account.
    ///
    /// # Errors
    /// `NotFound` if `owner` is no longer an owner; if the person is not a member, or an owner of the account, or has no other
    /// role; or if the account has no such application.
    pub async fn change_application_role(
        &self,
        (account, app): (AccountId, ApplicationId),
        owner: PersonId,
        person: PersonId,
        role: Option<Role>,
        event: &AuditEvent,
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            // First, because it locks the account: a member who becomes an owner at the same time keeps no other role.
            append_event!(tx, event)?;
            require_owner!(tx, account, owner)?;
            match role {
                Some(role) => change_row!(
                    tx,
                    sql::APPLICATION_ROLE_SET,
                    app.0,
                    account.0,
                    person.0,
                    role.as_str(),
                    event.at.0
                )?,
                None => change_row!(tx, sql::APPLICATION_ROLE_DELETE, app.0, person.0)?,
            }
        })
    }
}
