use domain::{Invalid, account::ApplicationConflict, key::state::IllegalTransition};
use store::StoreError;

/// Reasons why an operation failed.
#[derive(Debug, thiserror::Error)]
pub enum ManagementError {
    /// The item does not exist or belongs to another account; the two are indistinguishable.
    #[error("not found")]
    NotFound,
    /// The role is insufficient.
    #[error("this role may not do that")]
    Forbidden,
    /// The sign-in is not recent.
    #[error("this asks for a fresh sign-in")]
    Stale,
    /// An account requires a second factor, which the person must add first.
    #[error("this asks for two-factor authentication")]
    FactorRequired,
    /// Too many passwords are being checked, or mails are waiting.
    #[error("busy: retry in a moment")]
    Busy,
    /// Too many attempts.
    #[error("too many attempts: retry after {retry_after_ms} ms")]
    Throttled {
        /// Milliseconds until another attempt is accepted.
        retry_after_ms: i64,
    },
    /// The account would have no owner.
    #[error("an account needs an owner: make someone else an owner first")]
    LastOwner,
    /// The key's state does not allow the operation.
    #[error(transparent)]
    Illegal(#[from] IllegalTransition),
    /// The application's state does not allow the operation.
    #[error(transparent)]
    Application(#[from] ApplicationConflict),
    /// An input is invalid.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The database is unavailable. The text is for the log.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// An internal error. The text is for the log.
    #[error("unexpected: {0}")]
    Unexpected(String),
}

impl From<StoreError> for ManagementError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound,
            StoreError::LastOwner => Self::LastOwner,
            StoreError::Application(conflict) => Self::Application(conflict),
            StoreError::Unavailable(_)
            | StoreError::OutcomeUnknown(_)
            | StoreError::JournalNotWritten(_)
            | StoreError::Unwritable { .. }
            | StoreError::Fenced
            | StoreError::NotCompared
            | StoreError::OthersNotCompared(_)
            | StoreError::EarlierLeases
            | StoreError::Overtaken
            | StoreError::Behind { .. } => Self::Unavailable(error.to_string()),
            _ => Self::Unexpected(error.to_string()),
        }
    }
}

impl From<telemetry::TooManyReports> for ManagementError {
    fn from(error: telemetry::TooManyReports) -> Self {
        Self::Unavailable(error.to_string())
    }
}
