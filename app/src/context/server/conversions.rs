//! Conversions of the operations' results and errors.

use super::{keyring, origin, refuse, unexpected};
use crate::{
    error::AppError,
    toast::{Done, NodeCounts, ReportedChange},
    words,
};
use management::{Confirmation, ManagementError};

impl From<ManagementError> for AppError {
    fn from(error: ManagementError) -> Self {
        match error {
            ManagementError::NotFound => refuse(Self::NotFound),
            ManagementError::Forbidden => refuse(Self::Forbidden),
            ManagementError::Busy => refuse(Self::Busy),
            ManagementError::Throttled { retry_after_ms } => {
                refuse(Self::Throttled { retry_after_ms })
            }
            ManagementError::LastOwner => Self::Conflict(last_owner().into()),
            ManagementError::Stale => Self::StaleSignIn,
            ManagementError::FactorRequired => refuse(Self::FactorRequired),
            ManagementError::Application(conflict) => Self::Conflict(conflict.to_string()),
            ManagementError::Illegal(illegal) => Self::Conflict(illegal.to_string()),
            ManagementError::Invalid(invalid) => Self::field("", invalid.0),
            ManagementError::Unavailable(cause) => {
                let reference = origin().request_id;
                tracing::error!(reference, cause, "the database does not answer");
                refuse(Self::Unavailable(reference))
            }
            ManagementError::Unexpected(cause) => unexpected(&cause),
        }
    }
}

impl NodeCounts {
    /// Returns the numbers of nodes that know the change, if there are several.
    pub fn of(confirmation: &Confirmation) -> Option<Self> {
        (confirmation.nodes > 1).then_some(Self {
            confirmed: confirmation.confirmed,
            nodes: confirmation.nodes,
            elapsed_ms: confirmation.elapsed_ms,
        })
    }
}

impl From<(Done, &Confirmation)> for ReportedChange {
    fn from((done, confirmation): (Done, &Confirmation)) -> Self {
        Self {
            done,
            nodes: NodeCounts::of(confirmation),
        }
    }
}

/// Why the last owner stays.
fn last_owner() -> &'static str {
    let provider = keyring().is_ok_and(|keyring| keyring.identity_provider().settings().is_some());
    if provider {
        words::members::LAST_LOCAL_OWNER
    } else {
        words::members::LAST_OWNER
    }
}
