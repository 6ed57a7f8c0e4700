//! All people who can sign in, for operators.

use crate::{Store, StoreError, read, row::corrupt, sql};
use domain::{
    account::{Email, Role},
    id::AccountId,
    time::Timestamp,
};
use uuid::Uuid;

/// A person as operators see them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonEntry {
    pub email: Email,
    pub is_support: bool,
    pub disabled: bool,
    pub ways: SignInWays,
    pub last_seen: Option<Timestamp>,
    /// By the accounts' names.
    pub memberships: Vec<AccountMembership>,
}

/// The ways in which a person signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SignInWays {
    pub has_password: bool,
    pub has_app: bool,
    /// The number of passkeys.
    pub passkeys: i64,
    /// Whether the person is linked to an identity provider.
    pub linked: bool,
}

/// A person's role in an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountMembership {
    pub role: Role,
    pub account: AccountId,
    pub account_name: String,
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    id: Uuid,
    email: String,
    is_support: bool,
    disabled: bool,
    #[sqlx(flatten)]
    ways: SignInWays,
    seen_at: Option<i64>,
    role: Option<String>,
    account_id: Option<Uuid>,
    account_name: Option<String>,
}

impl EntryRow {
    fn membership(&self) -> Result<Option<AccountMembership>, StoreError> {
        let (Some(role), Some(account), Some(name)) =
            (&self.role, self.account_id, &self.account_name)
        else {
            return Ok(None);
        };
        Ok(Some(AccountMembership {
            role: Role::parse(role).ok_or_else(|| corrupt("role"))?,
            account: AccountId(account),
            account_name: name.clone(),
        }))
    }

    fn entry(self) -> Result<PersonEntry, StoreError> {
        Ok(PersonEntry {
            email: Email::parse(&self.email).map_err(|_| corrupt("email"))?,
            is_support: self.is_support,
            disabled: self.disabled,
            ways: self.ways,
            last_seen: self.seen_at.map(Timestamp),
            memberships: Vec::new(),
        })
    }
}

impl Store {
    /// Returns all people, disabled ones too, sorted by address.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn all_people(&self) -> Result<Vec<PersonEntry>, StoreError> {
        let rows: Vec<EntryRow> = read!(self, |pool| {
            sqlx::query_as(sql::PERSON_LIST).fetch_all(pool).await
        })?;
        let mut people: Vec<PersonEntry> = Vec::new();
        let mut last = None;
        // A row for each membership.
        for row in rows {
            let (id, membership) = (row.id, row.membership()?);
            if last.replace(id) != Some(id) {
                people.push(row.entry()?);
            }
            if let Some(person) = people.last_mut() {
                person.memberships.extend(membership);
            }
        }
        Ok(people)
    }
}
