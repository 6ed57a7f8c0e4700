//! Names and descriptions of keys.

use crate::{Invalid, invalid::plain_text, name};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A key's name: 1 to 64 characters on one line, composed (NFC), with single spaces.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyName(String);

impl KeyName {
    /// Maximum length in characters.
    pub const MAX_CHARS: usize = 64;

    /// # Errors
    /// If the name is empty, too long or contains invisible characters.
    pub fn parse(raw: &str) -> Result<Self, Invalid> {
        let name = name::parse("The name", raw, Self::MAX_CHARS)?;
        if name.is_empty() {
            return Err(Invalid::new(
                "Enter a name, for example the service that will use this key.",
            ));
        }
        Ok(Self(name))
    }

    /// Returns the name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A key's description: up to 500 characters on several lines, possibly empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Description(String);

impl Description {
    /// Maximum length in characters.
    pub const MAX_CHARS: usize = 500;

    /// # Errors
    /// If the text is too long or contains invisible characters.
    pub fn parse(raw: &str) -> Result<Self, Invalid> {
        plain_text("The description", raw, Self::MAX_CHARS, true).map(Self)
    }

    /// Wraps a stored description, which was validated before it was stored.
    pub(super) const fn stored(text: String) -> Self {
        Self(text)
    }

    /// Returns the description as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Parses the reason of a revocation: up to 200 characters on one line, possibly empty.
///
/// # Errors
/// If the text is too long or contains invisible characters.
pub fn parse_reason(raw: &str) -> Result<String, Invalid> {
    plain_text("The reason", raw, 200, false)
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn descriptions_and_reasons_may_be_empty_and_have_a_maximum_length() {
        let description = |length| Description::parse(&"ü".repeat(length));
        assert_eq!(description(0), Ok(Description::default()));
        assert_eq!(
            description(500).expect("valid").as_str().chars().count(),
            500
        );
        assert!(description(501).is_err());
        assert!(Description::parse("a\nb").is_ok());
        assert_eq!(parse_reason(" leaked ").as_deref(), Ok("leaked"));
        assert_eq!(parse_reason("").as_deref(), Ok(""));
        assert!(parse_reason(&"ü".repeat(200)).is_ok());
        assert!(parse_reason(&"ü".repeat(201)).is_err());
        assert!(parse_reason("a\nb").is_err());
    }

    #[test]
    fn a_name_is_displayed_as_it_was_entered() {
        assert_eq!(
            KeyName::parse(" Checkout ").expect("valid").to_string(),
            "Checkout"
        );
    }
}
