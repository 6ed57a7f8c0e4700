//! The rate limit headers of draft-ietf-httpapi-ratelimit-headers-10.

use domain::time::SECOND;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

/// The header with the remaining calls.
pub const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
/// The header with the limit.
pub const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// The state of a key's rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "RateLimit"))]
pub struct RateLimitStatus {
    /// Calls per window.
    pub limit: u32,
    /// The window in milliseconds.
    pub window_ms: u32,
    /// Calls that would be accepted now.
    pub remaining: u32,
    /// Milliseconds until the whole limit is available again; for a refused call, until one can be accepted. Rounded up.
    pub reset_ms: i64,
}

impl RateLimitStatus {
    /// Sets the headers `RateLimit` and `RateLimit-Policy`.
    pub fn write_headers(&self, headers: &mut HeaderMap) {
        let window = whole_seconds(self.window_ms.into());
        let reset = whole_seconds(self.reset_ms);
        let policy = format!("\"key\";q={};w={window}", self.limit);
        let state = format!("\"key\";r={};t={reset}", self.remaining);
        for (name, value) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, state)] {
            // The value is ASCII and therefore always valid.
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
    }
}

/// Converts milliseconds to seconds, rounded up, so that a client that waits is never too early.
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
