//! Members of accounts.

use crate::{
    Store, StoreError,
    owner::{delete_links_of_former_owner, require_owner},
    read,
    record::append_event,
    row::corrupt,
    sql, transaction,
};
use domain::{
    account::{Email, Role},
    audit::AuditEvent,
    id::{AccountId, ApplicationId, PersonId},
    member::Member,
    profile::DisplayName,
    time::Timestamp,
};
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct MemberRow {
    id: Uuid,
    email: String,
    name: String,
    role: String,
    application_role: Option<String>,
    created_at: i64,
    seen_at: Option<i64>,
    has_second_factor: bool,
    managed: bool,
}

impl MemberRow {
    fn member(self) -> Result<Member, StoreError> {
        let role = |text: &str| Role::parse(text).ok_or_else(|| corrupt("role"));
        Ok(Member {
            id: PersonId(self.id),
            email: Email::parse(&self.email).map_err(|_| corrupt("email"))?,
            name: DisplayName::parse(&self.name).map_err(|_| corrupt("name"))?,
            role: role(&self.role)?,
            application_role: self.application_role.as_deref().map(role).transpose()?,
            since: Timestamp(self.created_at),
            last_seen: self.seen_at.map(Timestamp),
            has_second_factor: self.has_second_factor,
            managed: self.managed,
        })
    }
}

/// Inside a transaction that has locked the account: executes a statement that changes or deletes the row of a member. Evaluates to a
/// `Result`: `NotFound` if the person is not a member; `LastOwner` if the account would have no owner.
macro_rules! change_member_row {
    ($tx:ident, $sql:expr, $account:expr, $person:expr $(, $value:expr)*) => {
        async {
            let (account, person): (AccountId, PersonId) = ($account, $person);
            if $crate::execute!($tx, $sql, account.0, person.0 $(, $value)*)? > 0 {
                return Ok(());
            }
            let member: Option<(String,)> =
                $crate::find_row!($tx, sql::MEMBER_ROLE, account.0, person.0)?;
            Err(match member {
                Some(_) => StoreError::LastOwner,
                None => StoreError::NotFound,
            })
        }
        .await
    };
}

/// Inside a transaction that has locked the account: removes a member, with their roles in its applications, and the invitations
/// and reset links that they made. Evaluates to a `Result`.
macro_rules! delete_member {
    ($tx:ident, $account:expr, $person:expr) => {
        async {
            let (account, person): (AccountId, PersonId) = ($account, $person);
            $crate::account::members::change_member_row!($tx, sql::MEMBER_DELETE, account, person)?;
            $crate::execute!(
                $tx,
                sql::APPLICATION_ROLES_DELETE_BY_MEMBER,
                account.0,
                person.0
            )?;
            delete_links_of_former_owner!($tx, account, person)
        }
        .await
    };
}

/// Inside a transaction that has locked the person, as joining an account does: whether the person is a member of this account and
/// of no other. Evaluates to a `Result`: `NotFound` for no member, `Conflict` for a member of another account too.
macro_rules! require_only_member {
    ($tx:ident, $person:expr, $account:expr) => {
        async {
            let member: Option<(String,)> =
                $crate::find_row!($tx, sql::MEMBER_ROLE, $account.0, $person.0)?;
            member.ok_or(StoreError::NotFound)?;
            let (elsewhere,): (i64,) =
                $crate::get_row!($tx, sql::MEMBERSHIPS_COUNT_ELSEWHERE, $person.0, $account.0)?;
            match elsewhere {
                0 => Ok(()),
                _ => Err(StoreError::Conflict),
            }
        }
        .await
    };
}
pub(super) use {change_member_row, delete_member, require_only_member};

impl Store {
    /// Returns the members of an account, with their roles in one of its applications, sorted by address.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn members(
        &self,
        account: AccountId,
        app: ApplicationId,
    ) -> Result<Vec<Member>, StoreError> {
        let rows: Vec<MemberRow> = read!(self, |pool| {
            sqlx::query_as(sql::MEMBERS_BY_ACCOUNT)
                .bind(account.0)
                .bind(app.0)
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter().map(MemberRow::member).collect()
    }

    /// Removes a member, as an owner of the account, with their roles in its applications, and deletes the invitations and reset
    /// links that they made.
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
            delete_member!(tx, account, person)?;
        })
    }

    /// Removes a member who leaves, as [`Store::remove_member`] does.
    ///
    /// # Errors
    /// `NotFound` if the person is not a member; `LastOwner` if the account would have no owner.
    pub async fn leave_account(
        &self,
        account: AccountId,
        person: PersonId,
        event: &AuditEvent,
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            append_event!(tx, event)?;
            delete_member!(tx, account, person)?;
        })
    }
}
