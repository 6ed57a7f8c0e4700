//! What commands print, and the errors that end them.

use crate::config::ConfigError;
use std::{
    fmt::Display,
    io::{self, Write},
};

/// Why a command failed, as one line for the console.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// A setting is invalid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// An argument is invalid, or something that the settings name cannot be used.
    #[error("{0}")]
    Failed(String),
}

impl CommandError {
    /// A failure with its cause, on one line.
    pub fn failed(what: &str, cause: impl Display) -> Self {
        let cause = cause.to_string();
        let line = cause.split_whitespace().collect::<Vec<_>>().join(" ");
        Self::Failed(format!("{what}: {line}"))
    }
}

/// Prints a line of information. An error is ignored: the line is for a terminal.
pub fn print_info(line: impl Display) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Prints a line of a command's result.
///
/// # Errors
/// If standard output cannot be written.
pub fn print_result(line: impl Display) -> Result<(), CommandError> {
    writeln!(io::stdout(), "{line}")
        .map_err(|error| CommandError::failed("standard output cannot be written", error))
}
