//! Names and descriptions of keys.

use crate::{Invalid, invalid::plain_text};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What people call a key: 1 to 64 characters on one line.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyName(String);

impl KeyName {
    /// In characters.
    pub const LONGEST: usize = 64;

    /// # Errors
    /// Where the name is empty, too long, or holds invisible characters.
    pub fn parse(raw: &str) -> Result<Self, Invalid> {
        let name = plain_text("The name", raw, Self::LONGEST, false)?;
        if name.is_empty() {
            return Err(Invalid::new(
                "Enter a name, such as the program that will use the key.",
            ));
        }
        Ok(Self(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a key is for: up to 500 characters, lines allowed, often empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Description(String);

impl Description {
    /// In characters.
    pub const LONGEST: usize = 500;

    /// # Errors
    /// Where the text is too long or holds invisible characters.
    pub fn parse(raw: &str) -> Result<Self, Invalid> {
        plain_text("The description", raw, Self::LONGEST, true).map(Self)
    }

    /// One that was parsed before it was stored.
    pub(super) const fn stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a key was revoked: up to 200 characters on one line, often empty.
///
/// # Errors
/// Where the text is too long or holds invisible characters.
pub fn parse_reason(raw: &str) -> Result<String, Invalid> {
    plain_text("The reason", raw, 200, false)
}

#[cfg(test)]
mod tests {
    use super::KeyName;

    #[test]
    fn a_name_has_1_to_64_characters() {
        assert!(KeyName::parse("   ").is_err());
        assert!(KeyName::parse(&"ü".repeat(64)).is_ok());
        assert!(KeyName::parse(&"ü".repeat(65)).is_err());
        assert_eq!(
            KeyName::parse("<b>x</b>").expect("markup is text").as_str(),
            "<b>x</b>"
        );
    }
}
