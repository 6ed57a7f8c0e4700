//! The rate limit of a key.

use crate::{
    Invalid,
    time::{DAY, HOUR, MINUTE, SECOND},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The options of the select box, as (value, words after the number, milliseconds).
pub const WINDOWS: [(&str, &str, i64); 4] = [
    ("second", "per second", SECOND),
    ("minute", "per minute", MINUTE),
    ("hour", "per hour", HOUR),
    ("day", "per day", DAY),
];

/// The preselected option.
pub const DEFAULT_WINDOW: &str = "minute";

/// The maximum number of requests per window.
const MAX_REQUESTS: u32 = 1_000_000;

/// A limit of `requests` calls per window of `window_ms` milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateLimit {
    /// 1 to 1,000,000.
    pub requests: u32,
    /// 1,000 to 86,400,000.
    pub window_ms: u32,
}

impl RateLimit {
    /// Parses the number field and the select box. An empty number means no limit.
    ///
    /// # Errors
    /// If the number is not an integer from 1 to 1,000,000, or the window is unknown.
    pub fn parse(requests: &str, window: &str) -> Result<Option<Self>, Invalid> {
        let requests = requests.trim();
        if requests.is_empty() {
            return Ok(None);
        }
        let requests = requests
            .parse()
            .ok()
            .filter(|requests| (1..=MAX_REQUESTS).contains(requests))
            .ok_or_else(|| {
                Invalid::new(
                    "Enter a whole number from 1 to 1,000,000, or leave blank for no limit.",
                )
            })?;
        let window_ms = WINDOWS
            .iter()
            .find(|row| row.0 == window)
            .and_then(|row| u32::try_from(row.2).ok())
            .ok_or_else(|| Invalid::new("Choose per second, per minute, per hour or per day."))?;
        Ok(Some(Self {
            requests,
            window_ms,
        }))
    }

    /// Whether this limit allows a larger burst or a higher rate than `other`.
    pub const fn allows_more_than(self, other: Self) -> bool {
        let (mine, others) = (self.requests as u64, other.requests as u64);
        mine > others || mine * other.window_ms as u64 > others * self.window_ms as u64
    }

    /// Returns the select box's value for this window, or an empty text if it has no such option.
    pub fn window(self) -> &'static str {
        self.choice().map_or("", |row| row.0)
    }

    fn choice(self) -> Option<&'static (&'static str, &'static str, i64)> {
        WINDOWS
            .iter()
            .find(|row| row.2 == i64::from(self.window_ms))
    }
}

/// Formats the limit, as in `100 requests a minute`.
impl fmt::Display for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.requests == 1 {
            "request"
        } else {
            "requests"
        };
        match self.choice() {
            Some(row) => write!(f, "{} {noun} {}", self.requests, row.1),
            None => write!(f, "{} {noun} per {} ms", self.requests, self.window_ms),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_empty_number_means_no_limit_and_invalid_input_is_an_error() {
        assert_eq!(RateLimit::parse(" ", "minute"), Ok(None));
        for bad in ["0", "-1", "1.5", "1000001", "many", "99999999999999999999"] {
            assert!(RateLimit::parse(bad, "minute").is_err(), "{bad}");
        }
        assert!(RateLimit::parse("5", "fortnight").is_err());
    }

    #[test]
    fn a_limit_is_displayed_with_its_window() {
        for (value, words, _) in WINDOWS {
            let limit = RateLimit::parse("100", value).expect("valid").expect("one");
            assert_eq!(limit.window(), value);
            assert_eq!(limit.to_string(), format!("100 requests {words}"));
        }
    }
    proptest! {
        #[test]
        fn only_numbers_in_range_are_accepted(number in prop_oneof![0_u64..2_000_002, any::<u64>()], window in 0_usize..4) {
            let (value, _, window_ms) = WINDOWS[window];
            let parsed = RateLimit::parse(&number.to_string(), value);
            if (1..=1_000_000).contains(&number) {
                let limit = parsed.expect("valid").expect("one");
                prop_assert_eq!(u64::from(limit.requests), number);
                prop_assert_eq!(i64::from(limit.window_ms), window_ms);
            } else {
                prop_assert!(parsed.is_err());
            }
        }

        #[test]
        fn any_text_is_parsed_without_a_panic(requests in "\\PC{0,30}", window in "\\PC{0,10}|minute") {
            if let Ok(Some(limit)) = RateLimit::parse(&requests, &window) {
                prop_assert_eq!(RateLimit::parse(&limit.requests.to_string(), limit.window()), Ok(Some(limit)));
            }
        }
    }

    #[test]
    fn a_limit_allows_more_if_its_burst_or_its_rate_is_greater() {
        let limit = |requests, window_ms| RateLimit {
            requests,
            window_ms,
        };
        let base = limit(100, 60_000);
        for (other, more) in [
            (limit(100, 60_000), false),
            (limit(101, 60_000), true),
            (limit(101, 3_600_000), true),
            (limit(99, 60_000), false),
            (limit(2, 1_000), true),
            (limit(1, 1_000), false),
            (limit(100, 60_001), false),
            (limit(100, 59_999), true),
        ] {
            assert_eq!(other.allows_more_than(base), more, "{other}");
        }
    }

    #[test]
    fn a_limit_of_one_request_or_with_another_window_is_displayed() {
        let limit = |requests, window_ms| RateLimit {
            requests,
            window_ms,
        };
        assert_eq!(limit(1, 1_000).to_string(), "1 request per second");
        assert_eq!(limit(2, 500).to_string(), "2 requests per 500 ms");
        assert_eq!(limit(2, 500).window(), "");
    }
}
