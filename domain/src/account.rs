//! Accounts, their applications, and the people who look after them.

use crate::{
    Invalid,
    id::{AccountId, ApplicationId, PersonId},
    invalid::plain_text,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// An application: it owns keys, and a key reaches nothing beyond it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// Never changes.
    pub id: ApplicationId,
    /// The account that owns it.
    pub account_id: AccountId,
    /// The account's name, for headings.
    pub account_name: String,
    /// What people call it.
    pub name: String,
    /// IANA name of the zone in which its pages show times.
    pub time_zone: String,
}

/// What a person may do in an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything, members included.
    Owner,
    /// Manages keys.
    Developer,
    /// Reads.
    Viewer,
    /// Platform staff: reads key status in any account after giving a reason; belongs to none.
    Support,
}

impl Role {
    /// The word that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Developer => "developer",
            Self::Viewer => "viewer",
            Self::Support => "support",
        }
    }

    /// Reads [`Role::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Owner, Self::Developer, Self::Viewer, Self::Support]
            .into_iter()
            .find(|role| role.as_str() == text)
    }

    /// Whether the role may create, change and revoke keys.
    pub const fn can_edit_keys(self) -> bool {
        matches!(self, Self::Owner | Self::Developer)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who is signed in, as the page may know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The person.
    pub person_id: PersonId,
    /// Their address.
    pub email: Email,
    /// Their role in the account at hand.
    pub role: Role,
}

/// An e-mail address, in lower case: one spelling for one person on every database.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// The longest address (RFC 5321, 4.5.3.1.3), in bytes.
    pub const LONGEST: usize = 254;

    /// # Errors
    /// Where there is no `local@domain` in the text.
    pub fn parse(raw: &str) -> Result<Self, Invalid> {
        let text = raw.trim().to_lowercase();
        let shaped = text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !domain.contains('@')
        });
        let plain = text.len() <= Self::LONGEST
            && !text.chars().any(|c| c.is_control() || c.is_whitespace());
        (shaped && plain)
            .then_some(Self(text))
            .ok_or_else(|| Invalid::new("Enter an e-mail address, such as ada@example.com."))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an account or an application is called: 1 to 80 characters.
///
/// # Errors
/// Says which rule the name breaks.
pub fn parse_title(what: &str, raw: &str) -> Result<String, Invalid> {
    let name = plain_text(what, raw, 80, false)?;
    if name.is_empty() {
        return Err(Invalid(format!(
            "{what} is missing. Enter at least one character."
        )));
    }
    Ok(name)
}

/// A new password's rules, as far as a page knows them: 15 to 256 characters, five different ones at least, and neither the
/// address nor the product's name (NIST SP 800-63B-4, 3.1.1.2). The server refuses common passwords too.
///
/// # Errors
/// Says which rule the password breaks, never the password.
pub fn check_new_password(raw: &str, email: &Email) -> Result<(), Invalid> {
    const SHORTEST: usize = 15;
    const LONGEST: usize = 256;
    let length = raw.chars().count();
    if !(SHORTEST..=LONGEST).contains(&length) {
        return Err(Invalid(format!(
            "Use {SHORTEST} to {LONGEST} characters; a few unrelated words do well. This has {length}."
        )));
    }
    let lower = raw.to_lowercase();
    let local = email.as_str().split('@').next().unwrap_or_default();
    // What is left of a word once its padding of digits and signs is gone.
    let core: String = lower.chars().filter(|c| c.is_alphabetic()).collect();
    let named = [local, "latchkey"]
        .iter()
        .any(|word| core == *word || core == word.repeat(2));
    let distinct = lower
        .chars()
        .collect::<std::collections::BTreeSet<_>>()
        .len();
    if named || distinct < 5 || lower == email.as_str() {
        return Err(easily_guessed());
    }
    Ok(())
}

/// The sentence about a password that is among the first to be tried.
pub fn easily_guessed() -> Invalid {
    Invalid::new("This password is easily guessed. Use a few unrelated words.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_differ_in_case_only_on_paper() {
        assert_eq!(
            Email::parse(" Ada@Example.COM ").expect("valid").as_str(),
            "ada@example.com"
        );
        for bad in ["", "a", "@", "a@", "@b", "a@b@c", "a b@c", "a\n@b"] {
            assert!(Email::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn short_passwords_and_ones_that_name_the_person_or_the_product_are_refused() {
        let email = Email::parse("ada@example.com").expect("valid");
        assert!(check_new_password("fourteen chars", &email).is_err());
        assert!(check_new_password("Latchkey-1234567", &email).is_err());
        assert!(check_new_password("ada ada 123456789", &email).is_err());
        assert!(check_new_password("aaaaaaaaaaaaaaaaaaaa", &email).is_err());
        assert!(check_new_password("ada@example.com", &email).is_err());
        assert!(check_new_password("correct horse battery", &email).is_ok());
    }
}
