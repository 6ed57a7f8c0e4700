//! Names and preferences of people.

use crate::{Invalid, field_values::FieldValues, invalid::plain_text};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A person's name: up to 64 characters on one line, possibly empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DisplayName(String);

impl DisplayName {
    /// Maximum length in characters.
    pub const MAX_CHARS: usize = 64;

    /// # Errors
    /// If the name is too long or contains invisible characters.
    pub fn parse(raw: &str) -> Result<Self, Invalid> {
        plain_text("The name", raw, Self::MAX_CHARS, false).map(Self)
    }

    /// Returns the name, if the person has one.
    pub fn get(&self) -> Option<&str> {
        (!self.0.is_empty()).then_some(self.0.as_str())
    }

    /// Returns the name as text; empty if the person has none.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DisplayName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A person's name and preferences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// How members of the same accounts see the person, beside the e-mail address.
    pub name: DisplayName,
    /// The IANA name of the time zone of the person's pages; empty for that of each application.
    pub time_zone: String,
    /// Whether single keys are shortcuts (WCAG 2.2, 2.1.4).
    pub shortcuts: bool,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            name: DisplayName::default(),
            time_zone: String::new(),
            shortcuts: true,
        }
    }
}

impl From<&Profile> for FieldValues {
    fn from(profile: &Profile) -> Self {
        let shortcuts = if profile.shortcuts { "on" } else { "off" };
        Self::of("name", &profile.name)
            .and("time_zone", &profile.time_zone)
            .and("shortcuts", shortcuts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_optional_and_has_at_most_64_visible_characters() {
        assert_eq!(DisplayName::parse("  ").expect("valid").get(), None);
        let name = DisplayName::parse(" Zoë 李 ").expect("valid");
        assert_eq!(name.get(), Some("Zoë 李"));
        assert_eq!(name.to_string(), name.as_str());
        assert!(DisplayName::parse(&"ü".repeat(64)).is_ok());
        for bad in ["ü".repeat(65), "Ada\nLovelace".into(), "Ada\u{202E}".into()] {
            assert!(DisplayName::parse(&bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn shortcuts_are_on_and_the_zone_is_the_applications_unless_changed() {
        let values = FieldValues::from(&Profile::default());
        assert_eq!(values.iter().collect::<Vec<_>>(), [("shortcuts", "on")]);
        let changed = Profile {
            name: DisplayName::parse("Ada").expect("valid"),
            time_zone: "Europe/Berlin".into(),
            shortcuts: false,
        };
        let expected = [
            ("name", "Ada"),
            ("shortcuts", "off"),
            ("time_zone", "Europe/Berlin"),
        ];
        assert_eq!(
            FieldValues::from(&changed).iter().collect::<Vec<_>>(),
            expected
        );
    }
}
