//! Members of accounts, and the settings of applications.

use super::owner::{delete_links_of_former_owner, require_owner};
use crate::{Store, StoreError, audit::append_event, read, row::corrupt, sql, transaction};
use domain::{
    account::{Email, Role},
    audit::AuditEvent,
    id::{AccountId, ApplicationId, PersonId},
    member::Member,
    profile::DisplayName,
    time::Timestamp,
};
use uuid::Uuid;

impl Store {
    /// Changes the name and the time zone of an application.
    ///
    /// # Errors
    /// `NotFound` if the account has no such application; `Conflict` if another of its applications has the name.
    pub async fn change_application(
        &self,
        account: AccountId,
        app: ApplicationId,
        name: &str,
        time_zone: &str,
        event: &AuditEvent,
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            let done = sqlx::query(sql::APPLICATION_UPDATE)
                .bind(app.0)
                .bind(account.0)
                .bind(name)
                .bind(time_zone)
                .execute(&mut *tx)
                .await?;
            if done.rows_affected() == 0 {
                return Err(StoreError::NotFound);
            }
            append_event!(tx, event)?;
        })?;
        Ok(())
    }

    /// Returns the members of an account, sorted by address.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn members(&self, account: AccountId) -> Result<Vec<Member>, StoreError> {
        type Row = (Uuid, String, String, String, i64, Option<i64>, bool);
        let rows: Vec<Row> = read!(self, |pool| {
            sqlx::query_as(sql::MEMBERS_BY_ACCOUNT)
                .bind(account.0)
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter()
            .map(|(id, email, name, role, since, seen, has_second_factor)| {
                Ok(Member {
                    id: PersonId(id),
                    email: Email::parse(&email).map_err(|_| corrupt("email"))?,
                    name: DisplayName::parse(&name).map_err(|_| corrupt("name"))?,
                    role: Role::parse(&role).ok_or_else(|| corrupt("role"))?,
                    since: Timestamp(since),
                    last_seen: seen.map(Timestamp),
                    has_second_factor,
                })
            })
            .collect()
    }

    /// Changes the role of a member, as an owner of the account. The open invitations and reset links of a former owner are
    /// deleted.
    ///
    /// # Errors
    /// `NotFound` if the person is not a member, or the owner is not one any more; `LastOwner` if the account would have no
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
            let done = sqlx::query(sql::MEMBER_UPDATE_ROLE)
                .bind(account.0)
                .bind(person.0)
                .bind(role.as_str())
                .execute(&mut *tx)
                .await?;
            if done.rows_affected() == 0 {
                let member: Option<(String,)> = sqlx::query_as(sql::MEMBER_ROLE)
                    .bind(account.0)
                    .bind(person.0)
                    .fetch_optional(&mut *tx)
                    .await?;
                return Err(refused(member.is_some()));
            }
            if role != Role::Owner {
                delete_links_of_former_owner!(tx, account, person)?;
            }
        })?;
        Ok(())
    }

    /// Removes a member, as an owner of the account, and deletes the invitations and reset links that they made.
    ///
    /// # Errors
    /// As [`Store::change_role`].
    pub async fn remove_member(
        &self,
        (account, owner): (AccountId, PersonId),
        person: PersonId,
        event: &AuditEvent,
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            // First, as in `change_role`.
            append_event!(tx, event)?;
            require_owner!(tx, account, owner)?;
            let done = sqlx::query(sql::MEMBER_DELETE)
                .bind(account.0)
                .bind(person.0)
                .execute(&mut *tx)
                .await?;
            if done.rows_affected() == 0 {
                let member: Option<(String,)> = sqlx::query_as(sql::MEMBER_ROLE)
                    .bind(account.0)
                    .bind(person.0)
                    .fetch_optional(&mut *tx)
                    .await?;
                return Err(refused(member.is_some()));
            }
            delete_links_of_former_owner!(tx, account, person)?;
        })?;
        Ok(())
    }
}

fn refused(is_member: bool) -> StoreError {
    if is_member {
        StoreError::LastOwner
    } else {
        StoreError::NotFound
    }
}
