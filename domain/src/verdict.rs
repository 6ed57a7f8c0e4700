//! The verdicts of a verification.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The stored name of [`Verdict::Throttled`], whose public code is that of [`Verdict::RateLimited`].
const THROTTLED: &str = "throttled";

/// The result of a verification. The order of the variants is the order of the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Verdict {
    /// The credentials were in a query string, where logs would record them; they were not checked.
    CredentialsInQuery,
    /// Unknown id or wrong secret; callers cannot tell which.
    InvalidCredentials,
    /// Too many wrong secrets came from the same source.
    Throttled {
        /// Milliseconds until the next attempt is checked.
        retry_after_ms: i64,
    },
    /// The key's state is unknown because its last change has no confirmed result in the database.
    Unavailable,
    Revoked,
    Inactive,
    Expired {
        /// The time of the expiry.
        at: Timestamp,
    },
    /// The secret was replaced and its grace period has ended.
    Retired {
        /// The end of the grace period.
        at: Timestamp,
    },
    /// The key's IP rules do not allow the client's address.
    IpNotAllowed,
    /// The key lacks a required scope.
    InsufficientScope,
    RateLimited {
        /// Milliseconds until a call can be accepted.
        retry_after_ms: i64,
    },
    Accepted,
}

impl Verdict {
    /// A verdict of each code, without details.
    pub const CODES: [Self; 11] = [
        Self::Accepted,
        Self::InvalidCredentials,
        Self::IpNotAllowed,
        Self::InsufficientScope,
        Self::RateLimited { retry_after_ms: 0 },
        Self::Inactive,
        Self::Expired { at: Timestamp(0) },
        Self::Retired { at: Timestamp(0) },
        Self::Revoked,
        Self::CredentialsInQuery,
        Self::Unavailable,
    ];

    /// Returns the code of the public API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::CredentialsInQuery => "credentials_in_query",
            Self::InvalidCredentials => "invalid_credentials",
            Self::Unavailable => "verification_unavailable",
            Self::Revoked => "key_revoked",
            Self::Inactive => "key_inactive",
            Self::Expired { .. } => "key_expired",
            Self::Retired { .. } => "secret_retired",
            Self::IpNotAllowed => "ip_not_allowed",
            Self::InsufficientScope => "insufficient_scope",
            Self::RateLimited { .. } | Self::Throttled { .. } => "rate_limited",
            Self::Accepted => "valid",
        }
    }

    /// Returns the verdict with times and durations set to zero, as a key for counting.
    #[must_use]
    pub const fn without_details(self) -> Self {
        let (at, retry_after_ms) = (Timestamp(0), 0);
        match self {
            Self::Throttled { .. } => Self::Throttled { retry_after_ms },
            Self::Expired { .. } => Self::Expired { at },
            Self::Retired { .. } => Self::Retired { at },
            Self::RateLimited { .. } => Self::RateLimited { retry_after_ms },
            other => other,
        }
    }

    /// Returns the stored name and number. [`Verdict::from_stored`] parses them.
    pub const fn to_stored(self) -> (&'static str, i64) {
        match self {
            Self::Throttled { retry_after_ms } => (THROTTLED, retry_after_ms),
            Self::RateLimited { retry_after_ms } => (self.code(), retry_after_ms),
            Self::Expired { at } | Self::Retired { at } => (self.code(), at.0),
            _ => (self.code(), 0),
        }
    }

    /// Parses the output of [`Verdict::to_stored`].
    pub fn from_stored(name: &str, number: i64) -> Option<Self> {
        let (at, retry_after_ms) = (Timestamp(number), number);
        let all = [
            Self::CredentialsInQuery,
            Self::InvalidCredentials,
            Self::Throttled { retry_after_ms },
            Self::Unavailable,
            Self::Revoked,
            Self::Inactive,
            Self::Expired { at },
            Self::Retired { at },
            Self::IpNotAllowed,
            Self::InsufficientScope,
            Self::RateLimited { retry_after_ms },
            Self::Accepted,
        ];
        all.into_iter()
            .find(|verdict| verdict.to_stored().0 == name)
    }

    /// Whether the correct secret was presented, so that the caller is authenticated.
    pub const fn secret_matched(self) -> bool {
        !matches!(
            self,
            Self::CredentialsInQuery | Self::InvalidCredentials | Self::Throttled { .. }
        )
    }

    /// Returns the outcome that usage counts.
    pub const fn outcome(self) -> crate::usage::Outcome {
        match self {
            Self::Accepted => crate::usage::Outcome::Accepted,
            Self::RateLimited { .. } => crate::usage::Outcome::RateLimited,
            _ => crate::usage::Outcome::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verdict_is_parsed_back_with_its_number() {
        let (at, retry_after_ms) = (Timestamp(1_800_000_000_000), 17);
        for verdict in [
            Verdict::CredentialsInQuery,
            Verdict::InvalidCredentials,
            Verdict::Throttled { retry_after_ms },
            Verdict::Unavailable,
            Verdict::Revoked,
            Verdict::Inactive,
            Verdict::Expired { at },
            Verdict::Retired { at },
            Verdict::IpNotAllowed,
            Verdict::InsufficientScope,
            Verdict::RateLimited { retry_after_ms },
            Verdict::Accepted,
        ] {
            let (name, number) = verdict.to_stored();
            assert_eq!(Verdict::from_stored(name, number), Some(verdict));
        }
        assert_eq!(Verdict::from_stored("key_Revoked", 0), None);
    }
}
