//! Everything that verification can answer, and nothing else.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The stored word of [`Verdict::Throttled`], which callers are told as [`Verdict::RateLimited`].
const THROTTLED: &str = "throttled";

/// The answer to "may this call pass?". The order of the variants is the order of the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Verdict {
    /// The credentials stand in a query string, where they end up in logs: they are not looked at.
    CredentialsInQuery,
    /// Unknown id or wrong secret: nobody learns which.
    InvalidCredentials,
    /// The same, from where too many have come already.
    Throttled {
        /// Milliseconds until the next one is answered as [`Verdict::InvalidCredentials`].
        retry_after_ms: i64,
    },
    /// Whether it may pass is not known: the database did not answer the last change of the key.
    Unavailable,
    /// It has been revoked.
    Revoked,
    /// Somebody switched it off.
    Inactive,
    /// Its time is over.
    Expired {
        /// Since when.
        at: Timestamp,
    },
    /// This secret was replaced, and its grace is over.
    Retired {
        /// Since when.
        at: Timestamp,
    },
    /// The call comes from an address that the key's rules leave out.
    IpNotAllowed,
    /// The key lacks a scope that is needed.
    InsufficientScope,
    /// Too many calls in the window.
    RateLimited {
        /// Milliseconds until a call can pass.
        retry_after_ms: i64,
    },
    /// The call may pass.
    Accepted,
}

impl Verdict {
    /// The code of the public contract.
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

    /// The verdict without what it says of one call alone, to count it by.
    #[must_use]
    pub const fn plain(self) -> Self {
        let (at, retry_after_ms) = (Timestamp(0), 0);
        match self {
            Self::Throttled { .. } => Self::Throttled { retry_after_ms },
            Self::Expired { .. } => Self::Expired { at },
            Self::Retired { .. } => Self::Retired { at },
            Self::RateLimited { .. } => Self::RateLimited { retry_after_ms },
            other => other,
        }
    }

    /// The word that is stored, and the number beside it; [`Verdict::from_parts`] reads them.
    pub const fn parts(self) -> (&'static str, i64) {
        match self {
            Self::Throttled { retry_after_ms } => (THROTTLED, retry_after_ms),
            Self::RateLimited { retry_after_ms } => (self.code(), retry_after_ms),
            Self::Expired { at } | Self::Retired { at } => (self.code(), at.0),
            _ => (self.code(), 0),
        }
    }

    /// Reads [`Verdict::parts`] back.
    pub fn from_parts(word: &str, number: i64) -> Option<Self> {
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
        all.into_iter().find(|verdict| verdict.parts().0 == word)
    }

    /// Whether the right secret came along. Whoever sent a call without it may be anybody.
    pub const fn is_proven(self) -> bool {
        !matches!(
            self,
            Self::CredentialsInQuery | Self::InvalidCredentials | Self::Throttled { .. }
        )
    }

    /// What the usage charts count it as.
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
    fn every_verdict_comes_back_with_its_number() {
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
            let (word, number) = verdict.parts();
            assert_eq!(Verdict::from_parts(word, number), Some(verdict));
        }
        assert_eq!(Verdict::from_parts("key_Revoked", 0), None);
    }
}
