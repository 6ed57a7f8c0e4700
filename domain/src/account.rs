//! Accounts, applications, roles and people.

mod email;
mod password;

pub use email::Email;
pub use password::{check_new_password, easily_guessed};

use crate::{
    Invalid,
    id::{AccountId, ApplicationId, PersonId},
    profile::DisplayName,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// An application of an account. A key belongs to one application and has no access to others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Application {
    pub id: ApplicationId,
    pub account_id: AccountId,
    pub account_name: String,
    pub name: String,
    /// The IANA name of the time zone of its pages.
    pub time_zone: String,
    /// Since when it is archived: no key of it can be created or activated.
    pub archived_at: Option<Timestamp>,
}

impl Application {
    /// The number of applications that an account may have, archived ones included.
    pub const MAX: i64 = 200;
    /// The number of keys that archiving or deleting an application may change.
    pub const MAX_KEYS_AT_ONCE: i64 = 10_000;
}

/// An operation that the state of an application does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApplicationConflict {
    /// No key of an archived application can be created or activated.
    #[error("This application is archived. Restore it first.")]
    Archived,
    /// An application is archived once.
    #[error("This application is already archived.")]
    AlreadyArchived,
    /// Only an archived application can be restored.
    #[error("This application isn't archived. Reload the page to see its status.")]
    NotArchived,
    /// An application with active keys cannot be deleted.
    #[error(
        "This application still has active keys. Archive it, or deactivate or revoke its keys, then delete it."
    )]
    ActiveKeys,
    /// An account keeps one application, from which others are created.
    #[error("An account needs at least one application. Create another one, then delete this one.")]
    Last,
    /// The account has [`Application::MAX`] applications.
    #[error(
        "An account can have up to {} applications. Delete one that you no longer need.",
        Application::MAX
    )]
    TooMany,
    /// More than [`Application::MAX_KEYS_AT_ONCE`] keys would change in one step.
    #[error(
        "More than {} keys would change at once. Revoke keys that you no longer need, then try again.",
        Application::MAX_KEYS_AT_ONCE
    )]
    TooManyKeys,
}

/// The role of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// May do everything, including managing members.
    Owner,
    /// May manage keys.
    Developer,
    /// May read.
    Viewer,
    /// Platform staff: may read key status in any account after giving a reason; not a member of any account.
    Support,
}

impl Role {
    /// The stored and displayed name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Developer => "developer",
            Self::Viewer => "viewer",
            Self::Support => "support",
        }
    }

    /// Parses the output of [`Role::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Owner, Self::Developer, Self::Viewer, Self::Support]
            .into_iter()
            .find(|role| role.as_str() == text)
    }

    /// Whether the role may create, edit and revoke keys.
    pub const fn can_edit_keys(self) -> bool {
        matches!(self, Self::Owner | Self::Developer)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The signed-in person, as pages may know them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Identity {
    pub person_id: PersonId,
    pub email: Email,
    pub name: DisplayName,
    /// The person's role in the current application.
    pub role: Role,
    /// The person's role in the account, which is what matters for members, the audit log and applications themselves.
    pub account_role: Role,
}

/// Parses the name of an account or an application: 1 to 80 characters, composed (NFC), with single spaces.
///
/// # Errors
/// The rule that the name breaks; `field` names the field in the message.
pub fn parse_title(field: &str, raw: &str) -> Result<String, Invalid> {
    let name = crate::name::parse(field, raw, 80)?;
    if name.is_empty() {
        return Err(Invalid(format!(
            "{field} is missing. Enter at least one character."
        )));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_an_account_or_application_is_one_visible_line() {
        for bad in ["", " \t ", "a\u{202E}b", "a\u{200B}b", &"a".repeat(81)] {
            assert!(parse_title("The name", bad).is_err(), "{bad:?}");
        }
        assert!(parse_title("The name", &"e\u{301}".repeat(80)).is_ok());
    }

    #[test]
    fn the_name_of_an_account_or_application_has_1_to_80_characters() {
        let parse = |raw: &str| parse_title("The name", raw);
        assert_eq!(parse(" Northwind ").as_deref(), Ok("Northwind"));
        assert!(parse(&"ü".repeat(80)).is_ok());
        assert!(parse(&"ü".repeat(81)).is_err());
        let missing = parse(" ").expect_err("empty").to_string();
        assert!(missing.starts_with("The name is missing"), "{missing}");
    }
}
