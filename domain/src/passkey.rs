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

    /// Returns this name, with a number behind it if one of the others is the same.
    #[must_use]
    pub fn unique_among(self, others: &[Self]) -> Self {
        let mut name = self.clone();
        // One more than there are is free.
        for number in 2..=others.len() + 1 {
            if !others.iter().any(|other| other.is_same(&name)) {
                break;
            }
            let number = format!(" {number}");
            let kept = Self::MAX_CHARS - number.len();
            let start: String = self.0.chars().take(kept).collect();
            name = Self(start.trim_end().to_owned() + &number);
        }
        name
    }

    /// Whether a reader takes two names for the same.
    pub fn is_same(&self, other: &Self) -> bool {
        self.0.to_lowercase() == other.0.to_lowercase()
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
    use super::{CHALLENGE_LIFETIME, PasskeyName};

    #[test]
    fn a_name_has_1_to_64_characters_on_one_line() {
        let name = PasskeyName::parse(" My phone ").expect("a name");
        assert_eq!(name.as_str(), "My phone");
        assert_eq!(name.to_string(), "My phone");
        assert!(PasskeyName::parse(&"ü".repeat(64)).is_ok());
        for wrong in ["", "  ", "a\nb", &"ü".repeat(65)] {
            assert!(PasskeyName::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_challenge_can_be_answered_for_5_minutes() {
        assert_eq!(CHALLENGE_LIFETIME, 300_000);
    }

    #[test]
    fn a_name_that_another_passkey_has_gets_a_number() {
        let name = |text: &str| PasskeyName::parse(text).expect("a name");
        let long = "ü".repeat(64);
        let longer = "ü".repeat(62) + " 2";
        for (wanted, others, expected) in [
            ("Phone", &[][..], "Phone"),
            ("Phone", &["Laptop"], "Phone"),
            ("Phone", &["phone"], "Phone 2"),
            ("Phone", &["Phone", "Phone 2", "Phone 4"], "Phone 3"),
            (&long, &[&long], &longer),
        ] {
            let others: Vec<_> = others.iter().map(|other| name(other)).collect();
            let unique = name(wanted).unique_among(&others);
            assert_eq!(unique.as_str(), expected, "{wanted}");
        }
    }
}
