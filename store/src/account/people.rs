//! People, and the accounts and applications that they belong to.

use super::{application_row::ApplicationWithAccountRow, applications::count_applications};
use crate::{
    Store, StoreError,
    audit::{GENESIS, append_event_only},
    execute, find_row, read,
    record::append_event,
    row::corrupt,
    sql, transaction,
};
use domain::{
    account::{Application, ApplicationConflict, Email, Role},
    audit::{Action, Actor, AuditEvent, FieldValues},
    id::{AccountId, ApplicationId, PersonId},
    name::folded,
    time::Timestamp,
};
use uuid::Uuid;

/// A person who can sign in. It has no `Debug`, because of the hash.
#[derive(Clone)]
pub struct PersonRow {
    pub id: PersonId,
    pub email: Email,
    /// Argon2id in PHC format; empty for a person without a password.
    pub password_hash: String,
    /// Whether the person is support staff of the platform.
    pub is_support: bool,
}

/// An application with a person's roles.
#[derive(Clone, Debug)]
pub struct Membership {
    pub application: Application,
    /// The role in the application.
    pub role: Role,
    /// The role in its account.
    pub account_role: Role,
}

/// The account that a person is added to.
#[derive(Clone, Debug)]
pub enum Place {
    /// The account with this name and this application of it; both are created if they do not exist. A name that an owner gave to an
    /// account names none: an owner may choose any.
    Named {
        account: String,
        application: String,
    },
    /// A new account with an application.
    New {
        account: String,
        application: String,
    },
    /// An existing account, and an application of it, which is created if it does not exist.
    Existing {
        account: AccountId,
        application: Option<String>,
    },
}

impl Place {
    /// The account and the application with these names.
    pub fn named(account: impl Into<String>, application: impl Into<String>) -> Self {
        Self::Named {
            account: account.into(),
            application: application.into(),
        }
    }
}

/// Where a person was added.
#[derive(Clone, Debug)]
pub struct Placement {
    pub account: AccountId,
    pub account_name: String,
    /// Whether the account is new.
    pub founded: bool,
    pub application: Option<ApplicationId>,
}

/// A person to add, with an account and an application, which are created if they do not exist. It has no `Debug`, because of the
/// hash.
pub struct NewPerson<'a> {
    pub id: PersonId,
    pub email: &'a Email,
    /// Argon2id in PHC format.
    pub password_hash: &'a str,
    /// The role in the account; support staff belongs to no account.
    pub role: Role,
    /// The account and the application; `None` for support staff.
    pub place: Option<&'a Place>,
    pub at: Timestamp,
    /// Ids for the account and the application if they are created.
    pub new_ids: (AccountId, ApplicationId),
    /// Address and request id.
    pub origin: (&'a str, &'a str),
}

impl Place {
    fn application(&self) -> Option<&str> {
        match self {
            Self::Named { application, .. } | Self::New { application, .. } => Some(application),
            Self::Existing { application, .. } => application.as_deref(),
        }
    }
}

/// Inside a transaction: finds the account of a new person. Evaluates to a `Result` with its id and name, and whether it is to be
/// created.
macro_rules! find_account {
    ($tx:ident, $place:expr, $new:expr) => {
        async {
            let name = match $place {
                Place::Existing { account, .. } => {
                    let (name,): (String,) = $crate::get_row!($tx, sql::ACCOUNT_NAME, account.0)?;
                    return Ok((*account, name, false));
                }
                Place::Named { account, .. } | Place::New { account, .. } => account,
            };
            let found: Option<(Uuid, i64)> = $crate::find_row!($tx, sql::ACCOUNT_BY_NAME, name)?;
            let is_new = matches!($place, Place::New { .. });
            match found.map(|(id, renamed)| (AccountId(id), renamed > 0)) {
                Some((id, false)) if !is_new => Ok((id, name.clone(), false)),
                Some((_, true)) if is_new => Ok(($new.new_ids.0, name.clone(), true)),
                Some((id, _)) => Err(StoreError::AccountExists(id)),
                None => Ok(($new.new_ids.0, name.clone(), true)),
            }
        }
        .await
    };
}

impl NewPerson<'_> {
    /// Returns the record of a change that adding the person makes.
    fn event(
        &self,
        account_id: AccountId,
        action: Action,
        target: String,
        (field, value): (&'static str, &str),
    ) -> AuditEvent {
        AuditEvent {
            account_id,
            at: self.at,
            actor: Actor::System,
            action,
            target,
            detail: value.into(),
            address: self.origin.0.into(),
            request_id: self.origin.1.into(),
            before: FieldValues::default(),
            after: FieldValues::of(field, value),
        }
    }
}

#[derive(sqlx::FromRow)]
struct ApplicationRow {
    id: Uuid,
    account_id: Uuid,
    account_name: String,
    name: String,
    time_zone: String,
    archived_at: Option<i64>,
    account_role: String,
    role: String,
}

impl ApplicationRow {
    fn membership(self) -> Result<Membership, StoreError> {
        let role = |text: &str| Role::parse(text).ok_or_else(|| corrupt("role"));
        let (account_role, role) = (role(&self.account_role)?, role(&self.role)?);
        let row = ApplicationWithAccountRow {
            id: self.id,
            account_id: self.account_id,
            account_name: self.account_name,
            name: self.name,
            time_zone: self.time_zone,
            archived_at: self.archived_at,
        };
        Ok(Membership {
            application: row.application(),
            role,
            account_role,
        })
    }
}

impl Store {
    /// Counts the people.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn person_count(&self) -> Result<i64, StoreError> {
        let (count,): (i64,) = read!(self, |pool| sqlx::query_as(sql::PERSON_COUNT)
            .fetch_one(pool)
            .await)?;
        Ok(count)
    }

    /// Returns the person with this address, unless disabled.
    ///
    /// # Errors
    /// If the database fails or the row cannot be parsed.
    pub async fn person_by_email(&self, email: &Email) -> Result<Option<PersonRow>, StoreError> {
        let row: Option<(Uuid, String, String, bool)> = read!(self, |pool| {
            sqlx::query_as(sql::PERSON_BY_EMAIL)
                .bind(email.as_str())
                .fetch_optional(pool)
                .await
        })?;
        row.map(|(id, email, password_hash, is_support)| {
            let email = Email::parse(&email).map_err(|_| corrupt("email"))?;
            Ok(PersonRow {
                id: PersonId(id),
                email,
                password_hash,
                is_support,
            })
        })
        .transpose()
    }

    /// Replaces a password hash by one with newer parameters, unless the password has changed meanwhile.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn rehash_person(
        &self,
        person: PersonId,
        old: &str,
        new: &str,
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            execute!(tx, sql::PERSON_REHASH, person.0, old, new)?;
        })
    }

    /// Adds a person, and their account and application if they do not exist. Returns where; `None` for support staff.
    ///
    /// # Errors
    /// `Conflict` if a person has the address; `AccountExists` if the name of the account belongs to one that is not joined by it;
    /// `NotFound` if there is no account with the id; `Application` if the account has too many applications.
    pub async fn add_person(&self, new: &NewPerson<'_>) -> Result<Option<Placement>, StoreError> {
        let at = new.at;
        transaction!(self, |tx| {
            execute!(
                tx,
                sql::PERSON_INSERT,
                new.id.0,
                new.email.as_str(),
                new.password_hash,
                new.role == Role::Support,
                at.0
            )?;
            match new.place {
                None => None,
                Some(place) => {
                    let (account, account_name, founded) = find_account!(tx, place, new)?;
                    if founded {
                        execute!(
                            tx,
                            sql::ACCOUNT_INSERT,
                            account.0,
                            &account_name,
                            folded(&account_name),
                            at.0,
                            GENESIS.as_slice()
                        )?;
                        let values = ("name", account_name.as_str());
                        let target = account.to_string();
                        append_event!(
                            tx,
                            &new.event(account, Action::AccountCreated, target, values)
                        )?;
                    }
                    let application = match place.application() {
                        None => None,
                        Some(name) => {
                            let found: Option<(Uuid,)> =
                                find_row!(tx, sql::APPLICATION_BY_NAME, account.0, name)?;
                            let application =
                                ApplicationId(found.map_or(new.new_ids.1.0, |row| row.0));
                            if found.is_none() {
                                execute!(
                                    tx,
                                    sql::APPLICATION_INSERT,
                                    application.0,
                                    account.0,
                                    name,
                                    folded(name),
                                    "UTC",
                                    at.0
                                )?;
                                let target = application.to_string();
                                let created = Action::ApplicationCreated;
                                append_event!(
                                    tx,
                                    &new.event(account, created, target, ("name", name))
                                )?;
                                if count_applications!(tx, account)? > Application::MAX {
                                    return Err(ApplicationConflict::TooMany.into());
                                }
                            }
                            Some(application)
                        }
                    };
                    execute!(
                        tx,
                        sql::MEMBER_INSERT,
                        account.0,
                        new.id.0,
                        new.role.as_str(),
                        at.0
                    )?;
                    let added = new.event(
                        account,
                        Action::MemberAdded,
                        new.email.to_string(),
                        ("role", new.role.as_str()),
                    );
                    // The founder's own membership is not a security event.
                    if founded {
                        append_event_only!(tx, &added)?;
                    } else {
                        append_event!(tx, &added)?;
                    }
                    Some(Placement {
                        account,
                        account_name,
                        founded,
                        application,
                    })
                }
            }
        })
    }

    /// Returns the applications of the person's accounts, sorted by name, archived ones last.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn applications_of(&self, person: PersonId) -> Result<Vec<Membership>, StoreError> {
        let rows: Vec<ApplicationRow> = read!(self, |pool| {
            sqlx::query_as(sql::APPLICATIONS_BY_PERSON)
                .bind(person.0)
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter().map(ApplicationRow::membership).collect()
    }

    /// Returns one application with the person's roles.
    ///
    /// # Errors
    /// `NotFound` if it does not exist, or the person does not belong to its account.
    pub async fn application_for(
        &self,
        person: PersonId,
        app: ApplicationId,
    ) -> Result<Membership, StoreError> {
        let row: ApplicationRow = read!(self, |pool| {
            sqlx::query_as(sql::APPLICATION_FOR_PERSON)
                .bind(person.0)
                .bind(app.0)
                .fetch_one(pool)
                .await
        })?;
        row.membership()
    }
}
