//! What services report of the calls that they answered: the error rate of the API itself.

use serde::{Deserialize, Serialize};

/// Answers that took longer than the last bound are in none of [`Reported::within`].
pub const BOUNDS_MS: [i64; 5] = [25, 100, 250, 1_000, 5_000];

/// Reported calls, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    /// All of them.
    pub calls: i64,
    /// Those that were answered with a status from 400 to 499.
    pub client_errors: i64,
    /// Those that were answered with 500 or more: the service failed.
    pub server_errors: i64,
    /// Milliseconds that all of them took.
    pub latency_ms: i64,
    /// How many took at most as long as each of [`BOUNDS_MS`], and longer than the bound before.
    pub within: [i64; 5],
}

impl Reported {
    /// One call.
    pub fn one(status: u16, latency_ms: u32) -> Self {
        let latency_ms = i64::from(latency_ms);
        let mut within = [0; 5];
        if let Some(place) = BOUNDS_MS.iter().position(|bound| latency_ms <= *bound)
            && let Some(calls) = within.get_mut(place)
        {
            *calls = 1;
        }
        Self {
            calls: 1,
            client_errors: i64::from((400..500).contains(&status)),
            server_errors: i64::from(status >= 500),
            latency_ms,
            within,
        }
    }

    /// What the answers were.
    pub const fn answers(self) -> Answers {
        Answers {
            succeeded: self.calls - self.client_errors - self.server_errors,
            client_errors: self.client_errors,
            server_errors: self.server_errors,
        }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let mut within = self.within;
        for (sum, more) in within.iter_mut().zip(other.within) {
            *sum += more;
        }
        Self {
            calls: self.calls + other.calls,
            client_errors: self.client_errors + other.client_errors,
            server_errors: self.server_errors + other.server_errors,
            latency_ms: self.latency_ms + other.latency_ms,
            within,
        }
    }

    /// Milliseconds that a call took on average; nothing where none was reported.
    pub const fn average_ms(self) -> Option<i64> {
        if self.calls > 0 {
            Some(self.latency_ms / self.calls)
        } else {
            None
        }
    }

    /// The smallest of [`BOUNDS_MS`] within which `percent` of the calls were answered; nothing where that is none of
    /// them, or no call was reported.
    pub fn percentile_ms(self, percent: i64) -> Option<i64> {
        let mut within = 0;
        BOUNDS_MS
            .into_iter()
            .zip(self.within)
            .find(|(_, calls)| {
                within += calls;
                self.calls > 0 && within * 100 >= self.calls * percent
            })
            .map(|(bound, _)| bound)
    }
}

/// Reported calls by the status of their answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    /// Less than 400.
    pub succeeded: i64,
    /// 400 to 499.
    pub client_errors: i64,
    /// 500 or more.
    pub server_errors: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_told_apart_by_status_and_time() {
        let sum = [(200, 25), (302, 26), (404, 90), (500, 5_000), (599, 5_001)]
            .into_iter()
            .map(|(status, latency_ms)| Reported::one(status, latency_ms))
            .fold(Reported::default(), Reported::plus);
        assert_eq!((sum.calls, sum.client_errors, sum.server_errors), (5, 1, 2));
        let answers = sum.answers();
        assert_eq!(answers.succeeded, 2);
        assert_eq!((answers.client_errors, answers.server_errors), (1, 2));
        assert_eq!(sum.latency_ms, 10_142);
        assert_eq!(sum.within, [1, 2, 0, 0, 1]);
        assert_eq!(sum.average_ms(), Some(2_028));
    }

    #[test]
    fn a_percentile_is_the_bound_that_holds_enough_calls() {
        let mut sum = Reported::default();
        assert_eq!((sum.average_ms(), sum.percentile_ms(50)), (None, None));
        for _ in 0..9 {
            sum = sum.plus(Reported::one(200, 10));
        }
        sum = sum.plus(Reported::one(200, 9_000));
        assert_eq!(sum.percentile_ms(90), Some(25));
        assert_eq!(sum.percentile_ms(95), None);
    }
}
