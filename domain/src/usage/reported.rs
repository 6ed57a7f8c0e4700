//! Calls that services report after answering them: status classes and latencies of the API itself.

use serde::{Deserialize, Serialize};

/// Upper bounds of the latency histogram. Slower calls are in none of [`ReportedCalls::within`].
pub const LATENCY_BOUNDS_MS: [i64; 5] = [25, 100, 250, 1_000, 5_000];

/// Totals of reported calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedCalls {
    /// The number of calls.
    pub calls: i64,
    /// Calls that were answered with a status from 400 to 499.
    pub client_errors: i64,
    /// Calls that were answered with a status of 500 or more.
    pub server_errors: i64,
    /// The sum of all latencies in milliseconds.
    pub latency_ms: i64,
    /// The number of calls whose latency is at most each of [`LATENCY_BOUNDS_MS`] and greater than the previous bound.
    pub within: [i64; 5],
}

impl ReportedCalls {
    /// Returns the totals of one call.
    pub fn one(status: u16, latency_ms: u32) -> Self {
        let latency_ms = i64::from(latency_ms);
        let mut within = [0; 5];
        if let Some(index) = LATENCY_BOUNDS_MS
            .iter()
            .position(|bound| latency_ms <= *bound)
            && let Some(calls) = within.get_mut(index)
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

    /// Returns the calls by class of status.
    pub const fn answers(self) -> StatusCounts {
        StatusCounts {
            succeeded: self.calls - self.client_errors - self.server_errors,
            client_errors: self.client_errors,
            server_errors: self.server_errors,
        }
    }

    /// Returns the sum of both totals.
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

    /// Returns the average latency in milliseconds, or `None` without calls.
    pub const fn average_ms(self) -> Option<i64> {
        if self.calls > 0 {
            Some(self.latency_ms / self.calls)
        } else {
            None
        }
    }

    /// Returns the smallest of [`LATENCY_BOUNDS_MS`] within which `percent` of the calls were answered, or `None` if that is
    /// none of them or there are no calls.
    pub fn percentile_ms(self, percent: i64) -> Option<i64> {
        let mut within = 0;
        LATENCY_BOUNDS_MS
            .into_iter()
            .zip(self.within)
            .find(|(_, calls)| {
                within += calls;
                self.calls > 0 && within * 100 >= self.calls * percent
            })
            .map(|(bound, _)| bound)
    }
}

/// Reported calls by class of status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusCounts {
    /// Status below 400.
    pub succeeded: i64,
    /// Status from 400 to 499.
    pub client_errors: i64,
    /// Status of 500 or more.
    pub server_errors: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_counted_by_status_class_and_latency() {
        let sum = [(200, 25), (302, 26), (404, 90), (500, 5_000), (599, 5_001)]
            .into_iter()
            .map(|(status, latency_ms)| ReportedCalls::one(status, latency_ms))
            .fold(ReportedCalls::default(), ReportedCalls::plus);
        assert_eq!((sum.calls, sum.client_errors, sum.server_errors), (5, 1, 2));
        let answers = sum.answers();
        assert_eq!(answers.succeeded, 2);
        assert_eq!((answers.client_errors, answers.server_errors), (1, 2));
        assert_eq!(sum.latency_ms, 10_142);
        assert_eq!(sum.within, [1, 2, 0, 0, 1]);
        assert_eq!(sum.average_ms(), Some(2_028));
    }

    #[test]
    fn a_percentile_is_the_smallest_bound_with_enough_calls() {
        let mut sum = ReportedCalls::default();
        assert_eq!((sum.average_ms(), sum.percentile_ms(50)), (None, None));
        for _ in 0..9 {
            sum = sum.plus(ReportedCalls::one(200, 10));
        }
        sum = sum.plus(ReportedCalls::one(200, 9_000));
        assert_eq!(sum.percentile_ms(90), Some(25));
        assert_eq!(sum.percentile_ms(95), None);
    }
}
