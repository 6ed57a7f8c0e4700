//! Why an operation could not be carried out.

use domain::{Invalid, key::state::IllegalMove};
use store::StoreError;

/// Why an operation could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum ManagementError {
    /// There is no such thing, or it is not yours: nobody learns which.
    #[error("not found")]
    NotFound,
    /// Your role does not hold this.
    #[error("this role may not do that")]
    Forbidden,
    /// The password was entered too long ago.
    #[error("this asks for a fresh sign-in")]
    Stale,
    /// The account would be left without an owner.
    #[error("an account needs an owner: make somebody else one first")]
    LastOwner,
    /// The key's state does not allow the move.
    #[error(transparent)]
    Illegal(#[from] IllegalMove),
    /// Something typed is wrong.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The database does not answer. The text is for the log.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// We broke. The text is for the log.
    #[error("unexpected: {0}")]
    Unexpected(String),
}

impl From<StoreError> for ManagementError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound,
            StoreError::LastOwner => Self::LastOwner,
            StoreError::Unavailable(_)
            | StoreError::Uncertain(_)
            | StoreError::Unrecorded(_)
            | StoreError::Unwritable { .. }
            | StoreError::Fenced
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
