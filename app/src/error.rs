//! Errors as people see them.

use crate::words::error as words;
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
    /// The error, and which values are valid.
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

    /// Whether it only asks for the password, which is not the reader's mistake.
    pub fn asks_for_password(&self) -> bool {
        self.field == "password" && self.message == words::STALE_SIGN_IN
    }
}

/// Every way in which a server function can fail; its `Display` is for people, and tells them what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum AppError {
    /// There is no session, or it has ended.
    #[error("{}", words::SIGNED_OUT)]
    SignedOut,
    /// The person's role does not allow it.
    #[error("{}", words::FORBIDDEN)]
    Forbidden,
    /// The sign-in is not recent.
    #[error("{}", words::STALE_SIGN_IN)]
    StaleSignIn,
    /// An account requires two-factor authentication, which the person must set up first.
    #[error("{}", words::FACTOR_REQUIRED)]
    FactorRequired,
    /// It does not exist, or belongs to another account.
    #[error("{}", words::NOT_FOUND)]
    NotFound,
    /// Something typed breaks a rule.
    #[error("{}", words::INVALID)]
    Invalid(Vec<FieldError>),
    /// The state of things does not allow it.
    #[error("{0}")]
    Conflict(String),
    /// Too many tries.
    #[error("{}", words::throttled(*.retry_after_ms))]
    Throttled {
        /// Milliseconds to wait.
        retry_after_ms: i64,
    },
    /// Too much is being done at the moment, such as sign-ins of others.
    #[error("{}", words::BUSY)]
    Busy,
    /// The database or the network does not answer; the text is the reference in the log.
    #[error("{}", words::unavailable(.0))]
    Unavailable(String),
    /// We broke; the text is the reference in the log.
    #[error("{}", words::unexpected(.0))]
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

    /// Seconds after which it may work (`Retry-After`, RFC 9110, 10.2.3), where that is known.
    pub const fn retry_after(&self) -> Option<i64> {
        match self {
            Self::Throttled { retry_after_ms } => Some((*retry_after_ms + 999) / 1_000),
            Self::Busy => Some(1),
            _ => None,
        }
    }

    /// The HTTP status, as a number.
    pub const fn status(&self) -> u16 {
        match self {
            Self::SignedOut => 401,
            Self::Forbidden | Self::StaleSignIn | Self::FactorRequired => 403,
            Self::NotFound => 404,
            Self::Conflict(_) => 409,
            Self::Invalid(_) => 422,
            Self::Throttled { .. } => 429,
            Self::Unexpected(_) => 500,
            Self::Busy | Self::Unavailable(_) => 503,
        }
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) => Self::Unavailable(String::new()),
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => {
                Self::field("", words::INCOMPLETE)
            }
            _ => Self::Unexpected(String::new()),
        }
    }

    fn status_code(&self) -> http::StatusCode {
        http::StatusCode::from_u16(self.status()).unwrap_or_default()
    }
}
