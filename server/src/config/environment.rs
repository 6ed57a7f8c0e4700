//! Reading variables.

use super::{error::ConfigError, variables::Variable};
use crate::secret_file;
use std::{ffi::OsString, ops::RangeInclusive, str::FromStr};

/// A source of variables.
pub struct VariableSource<F>(pub F);

/// A secret, from its variable or its file.
pub struct SecretSetting {
    /// The variable that it came from, for messages.
    pub variable: &'static str,
    pub text: String,
}

impl<F: Fn(&str) -> Option<OsString>> VariableSource<F> {
    /// Returns a variable's value; `None` where it is not set or empty.
    ///
    /// # Errors
    /// If it is not UTF-8.
    pub fn get(&self, variable: &Variable) -> Result<Option<String>, ConfigError> {
        (self.0)(variable.name)
            .filter(|value| !value.is_empty())
            .map(|value| {
                value.into_string().map_err(|_| ConfigError {
                    variable: variable.name,
                    why: "the value is not UTF-8 text".into(),
                    allowed: "text",
                })
            })
            .transpose()
    }

    /// Returns a variable's value or its default, parsed.
    ///
    /// # Errors
    /// If `parse` returns `None`.
    pub fn parse<T>(
        &self,
        variable: &Variable,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, ConfigError> {
        let text = self.get(variable)?;
        let text = text.as_deref().unwrap_or(variable.default);
        parse(text).ok_or_else(|| {
            ConfigError::value(variable.name, text, variable.problem, variable.allowed)
        })
    }

    /// Returns a variable's value or its default, a number within a range.
    ///
    /// # Errors
    /// If it is none.
    pub fn number<T: FromStr + PartialOrd>(
        &self,
        variable: &Variable,
        range: RangeInclusive<T>,
    ) -> Result<T, ConfigError> {
        self.parse(variable, |text| {
            text.parse().ok().filter(|number| range.contains(number))
        })
    }

    /// Returns a secret from its variable, or from the file that another variable names, without surrounding white space.
    ///
    /// # Errors
    /// If both variables are set, or the file cannot be used.
    pub fn secret(
        &self,
        value: &Variable,
        file: &Variable,
    ) -> Result<Option<SecretSetting>, ConfigError> {
        let secret = |variable, text| Some(SecretSetting { variable, text });
        match (self.get(value)?, self.get(file)?) {
            (Some(_), Some(_)) => Err(ConfigError::both_set(value, file)),
            (Some(text), None) => Ok(secret(value.name, text)),
            (None, None) => Ok(None),
            (None, Some(path)) => {
                let text = secret_file::read(path.as_ref()).map_err(|cause| ConfigError {
                    variable: file.name,
                    why: format!("{path} cannot be used: {cause}"),
                    allowed: secret_file::ALLOWED,
                })?;
                Ok(secret(file.name, text.trim().to_owned()))
            }
        }
    }
}
