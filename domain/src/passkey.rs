//! Passkeys of people (`WebAuthn` credentials): their names and limits.

use crate::{
    Invalid,
    id::PasskeyId,
    invalid::plain_text,
    time::{MINUTE, Timestamp},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The number of passkeys that a person can have.
pub const MAX_PASSKEYS: usize = 10;
/// How long a challenge can be answered: 5 minutes in milliseconds.
pub const CHALLENGE_LIFETIME: i64 = 5 * MINUTE;

/// The name that a person gives to a passkey: 1 to 64 characters on one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasskeyName(String);

impl PasskeyName {
    /// Maximum length in characters.
    pub const MAX_CHARS: usize = 64;

    /// # Errors
    /// If the name is empty, too long, or contains invisible characters.
    pub fn parse(raw: &str) -> Result<Self, Invalid> {
        let name = plain_text("The name", raw, Self::MAX_CHARS, false)?;
        if name.is_empty() {
            return Err(Invalid::new("Enter a name, such as the device's."));
        }
        Ok(Self(name))
    }

    /// Returns the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PasskeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A passkey as its person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// Its id, which is not that of the credential.
    pub id: PasskeyId,
    /// The name that the person gave it.
    pub name: PasskeyName,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last used to sign in or to confirm something.
    pub last_used_at: Option<Timestamp>,
    /// Whether it signs in without the password: not after another password, until it was used after that.
    pub signs_in_alone: bool,
}

#[cfg(test)]
mod tests {
    use super::PasskeyName;

    #[test]
    fn a_name_has_1_to_64_characters_on_one_line() {
        assert_eq!(
            PasskeyName::parse(" My phone ").expect("a name").as_str(),
            "My phone"
        );
        assert!(PasskeyName::parse(&"ü".repeat(64)).is_ok());
        for wrong in ["", "  ", "a\nb", &"ü".repeat(65)] {
            assert!(PasskeyName::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
