//! The headers that tell a caller how much is left: draft-ietf-httpapi-ratelimit-headers-10.

use domain::time::SECOND;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

/// How much of the limit is left.
pub const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
/// The limit.
pub const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// A key's rate limit and what is left of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "RateLimit"))]
pub struct Rate {
    /// Calls in a window.
    pub limit: u32,
    /// The window, in milliseconds.
    pub window_ms: u32,
    /// Calls that would pass at once.
    pub remaining: u32,
    /// Milliseconds until all of the limit is there again; for a call that was refused, until one can pass.
    pub reset_ms: i64,
}

impl Rate {
    /// Adds `RateLimit` and `RateLimit-Policy`.
    pub fn describe(&self, headers: &mut HeaderMap) {
        let window = whole_seconds(self.window_ms.into());
        let reset = whole_seconds(self.reset_ms);
        let policy = format!("\"key\";q={};w={window}", self.limit);
        let state = format!("\"key\";r={};t={reset}", self.remaining);
        for (name, value) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, state)] {
            // Digits and a few ASCII characters are always a header value.
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
    }
}

/// Milliseconds as seconds, rounded up: a client that waits them never comes too early.
pub fn whole_seconds(milliseconds: i64) -> i64 {
    let milliseconds = milliseconds.max(0);
    milliseconds / SECOND + i64::from(milliseconds % SECOND > 0)
}

#[cfg(test)]
mod tests {
    use super::whole_seconds;

    #[test]
    fn seconds_are_rounded_up() {
        let table = [(-1, 0), (0, 0), (1, 1), (999, 1), (1_000, 1), (1_001, 2)];
        for (milliseconds, seconds) in table {
            assert_eq!(whole_seconds(milliseconds), seconds);
        }
    }
}
