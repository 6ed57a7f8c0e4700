//! Memberships that an identity provider grants.

use super::{
    factor_steps::lock_enabled_person,
    identity::{NewIdentity, insert_identity},
    members::delete_member,
    roles::change_member_role,
};
use crate::{
    Store, StoreError, execute, find_row, owner::delete_links_of_former_owner, read,
    record::append_event, row::corrupt, sql, transaction,
};
use domain::{
    account::{Email, Role},
    audit::AuditEvent,
    id::{AccountId, PersonId},
    profile::DisplayName,
    time::Timestamp,
};
use uuid::Uuid;

/// A person's membership of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ManagedMembership {
    pub role: Role,
    /// Whether the identity provider granted it.
    pub managed: bool,
}

/// A person without a password, and a member of an account.
#[derive(Debug)]
pub struct NewProviderPerson<'a> {
    pub id: PersonId,
    pub email: &'a Email,
    pub name: &'a DisplayName,
    pub identity: NewIdentity<'a>,
    pub account: AccountId,
    pub role: Role,
    pub at: Timestamp,
}

impl Store {
    /// Whether an account has an owner who is enabled and has a password.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn has_local_owner(&self, account: AccountId) -> Result<bool, StoreError> {
        let row: Option<(String,)> = read!(self, |pool| sqlx::query_as(sql::ACCOUNT_LOCAL_OWNER)
            .bind(account.0)
            .fetch_optional(pool)
            .await)?;
        Ok(row.is_some())
    }

    /// Returns the account with this id, or with this name if no owner has chosen it: any account may be renamed to it.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn account_by_id_or_name(&self, text: &str) -> Result<Option<AccountId>, StoreError> {
        // No account has the nil id.
        let id = text.parse().unwrap_or(Uuid::nil());
        let row: Option<(Uuid,)> = read!(self, |pool| sqlx::query_as(sql::ACCOUNT_BY_ID_OR_NAME)
            .bind(text)
            .bind(id)
            .fetch_optional(pool)
            .await)?;
        Ok(row.map(|row| AccountId(row.0)))
    }

    /// Adds a person whom the provider has named, with an identity and a membership. An invitation of the person ends.
    ///
    /// # Errors
    /// `Conflict` if a person has the address or the identity.
    pub async fn add_provider_person(
        &self,
        new: &NewProviderPerson<'_>,
        event: &AuditEvent,
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            // Before the account, as by every change of a person: on PostgreSQL, the insertion waits for changes of a person with
            // the same address.
            execute!(
                tx,
                sql::PERSON_INSERT_WITHOUT_PASSWORD,
                new.id.0,
                new.email.as_str(),
                new.at.0,
                new.name.as_str()
            )?;
            append_event!(tx, event)?;
            insert_identity!(tx, new.identity, new.id, false, new.at)?;
            // The link would let the person back in after the groups have ended the membership.
            execute!(
                tx,
                sql::INVITATION_DELETE_BY_INVITEE,
                new.account.0,
                new.id.0
            )?;
            execute!(
                tx,
                sql::MEMBER_INSERT_MANAGED,
                new.account.0,
                new.id.0,
                new.role.as_str(),
                new.at.0
            )?;
        })
    }

    /// Returns a person's membership of an account.
    ///
    /// # Errors
    /// If the database fails or the row cannot be parsed.
    pub async fn managed_membership(
        &self,
        account: AccountId,
        person: PersonId,
    ) -> Result<Option<ManagedMembership>, StoreError> {
        let row: Option<(String, bool)> = read!(self, |pool| sqlx::query_as(sql::MEMBER_MANAGED)
            .bind(account.0)
            .bind(person.0)
            .fetch_optional(pool)
            .await)?;
        row.map(|(role, managed)| {
            let role = Role::parse(&role).ok_or_else(|| corrupt("role"))?;
            Ok(ManagedMembership { role, managed })
        })
        .transpose()
    }

    /// Sets the role in the account that the provider grants a person with an identity of `issuer`, or ends the membership that it
    /// granted. Roles in single applications stay, unless the person becomes an owner of the account or leaves it.
    ///
    /// # Errors
    /// `NotFound` if the person is disabled, the membership is not the provider's or has this role, or the role is new or higher and
    /// the person was linked by the e-mail address; `LastOwner` if the account would have no owner, or none with a password although
    /// this one has one.
    pub async fn set_managed_role(
        &self,
        account: AccountId,
        (person, issuer): (PersonId, &str),
        role: Option<Role>,
        at: Timestamp,
        event: &AuditEvent,
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            lock_enabled_person!(tx, person)?;
            // Such a person may have a password that someone else has chosen, so a group must not give them more.
            let by_email: Option<(String,)> =
                find_row!(tx, sql::IDENTITY_LINKED_BY_EMAIL, person.0, issuer)?;
            // Before the membership, because it locks the account.
            append_event!(tx, event)?;
            let old: Option<(String, bool)> =
                find_row!(tx, sql::MEMBER_MANAGED, account.0, person.0)?;
            let old_role = old.as_ref().and_then(|(role, _)| Role::parse(role));
            if role == old_role || (by_email.is_some() && rank(role) > rank(old_role)) {
                return Err(StoreError::NotFound);
            }
            match (old, role) {
                (None, Some(role)) => {
                    // A link that an owner of another account has made must not open this one.
                    execute!(tx, sql::PASSWORD_RESET_DELETE_BY_PERSON, person.0)?;
                    // Nor may an invitation let the person back in after the groups have ended the membership.
                    execute!(tx, sql::INVITATION_DELETE_BY_INVITEE, account.0, person.0)?;
                    execute!(
                        tx,
                        sql::MEMBER_INSERT_MANAGED,
                        account.0,
                        person.0,
                        role.as_str(),
                        at.0
                    )?;
                }
                (Some((_, true)), Some(role)) => change_member_role!(tx, account, person, role)?,
                (Some((_, true)), None) => delete_member!(tx, account, person)?,
                (None, None) | (Some((_, false)), _) => return Err(StoreError::NotFound),
            }
        })
    }
}

/// The order of roles by what they allow.
const fn rank(role: Option<Role>) -> u8 {
    match role {
        Some(Role::Owner) => 3,
        Some(Role::Developer) => 2,
        Some(Role::Viewer) => 1,
        Some(Role::Support) | None => 0,
    }
}
