//! An invalid setting.

use super::variables::Variable;

/// Maximum number of characters of an invalid value that are shown.
const MAX_SHOWN_CHARACTERS: usize = 60;

/// An invalid setting, as one line that says which, why, and what is allowed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {why}. Allowed: {allowed}.")]
pub struct ConfigError {
    /// The variable's name.
    pub variable: &'static str,
    /// What is wrong with its value. It never holds a secret.
    pub why: String,
    /// Which values are valid.
    pub allowed: &'static str,
}

impl ConfigError {
    /// An error that shows the invalid value.
    pub(super) fn value(
        variable: &'static str,
        value: &str,
        problem: &str,
        allowed: &'static str,
    ) -> Self {
        let shown: String = value
            .chars()
            .filter(|c| !c.is_control())
            .take(MAX_SHOWN_CHARACTERS)
            .collect();
        Self {
            variable,
            why: format!("“{shown}” {problem}"),
            allowed,
        }
    }

    /// An error about a variable that excludes another one.
    pub(super) fn both_set(variable: &Variable, other: &Variable) -> Self {
        Self {
            variable: variable.name,
            why: format!("{} is set too", other.name),
            allowed: "one of the two",
        }
    }
}
