//! What a person is told when something cannot be done.

use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// A sentence about one field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The field's `name`; empty where the sentence is about the whole form.
    pub field: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl FieldError {
    /// A sentence about `field`.
    pub fn new(field: &str, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }
}

/// Every way in which a server function can fail; its `Display` is for people, and tells them what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum AppError {
    /// Nobody is signed in, or not any more.
    #[error("You are signed out. Sign in, then try again.")]
    SignedOut,
    /// The person's role does not allow it.
    #[error("Your role does not allow this. Ask an owner of the account.")]
    Forbidden,
    /// The password was entered too long ago.
    #[error("Enter your password again: this needs a sign-in from the last ten minutes.")]
    StaleSignIn,
    /// It does not exist, or belongs to somebody else.
    #[error("There is nothing here. Check the address, or go back to the list.")]
    NotFound,
    /// Something typed breaks a rule.
    #[error("Check what you entered.")]
    Invalid(Vec<FieldError>),
    /// The state of things does not allow it.
    #[error("{0}")]
    Conflict(String),
    /// Too many tries.
    #[error("Too many attempts. Wait {} and try again.", wait(*.retry_after_ms))]
    Busy {
        /// Milliseconds to wait.
        retry_after_ms: i64,
    },
    /// The database or the network does not answer; the text is the reference in the log.
    #[error("Latchkey cannot be reached just now. Try again in a moment. {}", reference(.0))]
    Unavailable(String),
    /// We broke; the text is the reference in the log.
    #[error("Something went wrong on our side, and nothing you typed was the cause. {}", reference(.0))]
    Unexpected(String),
}

impl AppError {
    /// One sentence about the field `field`.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, message)])
    }

    /// The sentences for a form: those about its fields, or the one that this error says.
    pub fn sentences(&self) -> Vec<FieldError> {
        match self {
            Self::Invalid(errors) => errors.clone(),
            Self::StaleSignIn => vec![FieldError::new("password", self.to_string())],
            other => vec![FieldError::new("", other.to_string())],
        }
    }

    /// The HTTP status, as a number.
    pub const fn status(&self) -> u16 {
        match self {
            Self::SignedOut => 401,
            Self::Forbidden | Self::StaleSignIn => 403,
            Self::NotFound => 404,
            Self::Conflict(_) => 409,
            Self::Invalid(_) => 422,
            Self::Busy { .. } => 429,
            Self::Unexpected(_) => 500,
            Self::Unavailable(_) => 503,
        }
    }
}

fn wait(milliseconds: i64) -> String {
    let seconds = (milliseconds.max(0) + 999) / 1_000;
    match seconds {
        0 | 1 => "a second".into(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_euclid(60) + 1),
    }
}

fn reference(reference: &str) -> String {
    if reference.is_empty() {
        String::new()
    } else {
        format!("Reference: {reference}")
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) => Self::Unavailable(String::new()),
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Self::field(
                "",
                "The form arrived incomplete. Reload the page, then try again.",
            ),
            _ => Self::Unexpected(String::new()),
        }
    }

    fn status_code(&self) -> http::StatusCode {
        http::StatusCode::from_u16(self.status()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_said_in_whole_units() {
        let busy = AppError::Busy {
            retry_after_ms: 1_500,
        };
        assert_eq!(
            busy.to_string(),
            "Too many attempts. Wait 2 seconds and try again."
        );
    }

    #[test]
    fn an_error_without_a_reference_ends_with_its_sentence() {
        assert!(
            AppError::Unavailable(String::new())
                .to_string()
                .trim_end()
                .ends_with('.')
        );
    }
}
