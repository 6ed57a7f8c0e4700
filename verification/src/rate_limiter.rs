//! Rate limits by the generic cell rate algorithm (GCRA, ITU-T I.371) with one atomic number a key. GCRA decides as a token bucket (a
//! leaky bucket as a meter) does that holds `limit.requests` tokens and is refilled evenly within `limit.window_ms`.

use crate::Monotonic;
use domain::key::rate_limit::RateLimit;
use std::sync::atomic::{AtomicI64, Ordering};

/// The state of a rate limit after a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateState {
    /// The limit.
    pub limit: RateLimit,
    /// Calls that would pass immediately.
    pub remaining: u32,
    /// Milliseconds until the whole limit is available again, rounded up.
    pub reset_ms: i64,
}

/// The use of one rate limit: the theoretical arrival time, in units of 1/`limit.requests` of a millisecond. In these units an even
/// flow has one call every `limit.window_ms` units, an integer for every limit.
#[derive(Debug, Default)]
pub struct Gcra(AtomicI64);

impl Clone for Gcra {
    fn clone(&self) -> Self {
        Self(AtomicI64::new(self.0.load(Ordering::Relaxed)))
    }
}

impl Gcra {
    /// Takes one call; exact under concurrency.
    ///
    /// # Errors
    /// The milliseconds after which a call passes, rounded up, if none does now.
    pub fn take(&self, limit: RateLimit, now: Monotonic) -> Result<RateState, i64> {
        let units = units_per_millisecond(limit);
        // Does not overflow within centuries for the largest limit.
        let now = now.milliseconds().saturating_mul(units);
        let step = step(limit);
        let window = step * units;
        let end = now.saturating_add(window);
        let mut arrival = self.0.load(Ordering::Relaxed);
        loop {
            // Another thread may have used a later time.
            let next = arrival.clamp(now, end).saturating_add(step);
            if next > end {
                return Err(whole_milliseconds(next - end, limit));
            }
            match self
                .0
                .compare_exchange_weak(arrival, next, Ordering::Relaxed, Ordering::Relaxed)
            {
                Ok(_) => {
                    return Ok(RateState {
                        limit,
                        remaining: u32::try_from((end - next) / step).unwrap_or(u32::MAX),
                        reset_ms: whole_milliseconds(next - now, limit),
                    });
                }
                Err(actual) => arrival = actual,
            }
        }
    }

    /// Returns a call that [`Gcra::take`] has taken.
    pub fn refund(&self, limit: RateLimit) {
        self.0.fetch_sub(step(limit), Ordering::Relaxed);
    }

    /// Returns when the whole limit is available again, in milliseconds of the monotonic clock, rounded up.
    pub fn full_at(&self, limit: RateLimit) -> i64 {
        whole_milliseconds(self.0.load(Ordering::Relaxed), limit)
    }
}

fn units_per_millisecond(limit: RateLimit) -> i64 {
    i64::from(limit.requests.max(1))
}

/// Converts units to milliseconds, rounded up, so that a client that waits is never too early.
fn whole_milliseconds(units: i64, limit: RateLimit) -> i64 {
    (units - 1).div_euclid(units_per_millisecond(limit)) + 1
}

/// The distance of two calls in an even flow, in units.
fn step(limit: RateLimit) -> i64 {
    i64::from(limit.window_ms.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEN_A_SECOND: RateLimit = RateLimit {
        requests: 10,
        window_ms: 1_000,
    };

    fn at(milliseconds: i64) -> Monotonic {
        Monotonic::default().plus(milliseconds)
    }

    #[test]
    fn the_limit_is_exact_under_concurrency() {
        let gcra = Gcra::default();
        let passed: usize = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        (0..100)
                            .filter(|_| gcra.take(TEN_A_SECOND, at(7)).is_ok())
                            .count()
                    })
                })
                .collect();
            workers
                .into_iter()
                .map(|worker| worker.join().expect("no panic"))
                .sum()
        });
        assert_eq!(passed, 10);
    }

    #[test]
    fn the_state_has_the_remaining_calls_and_the_time_until_the_limit_is_available_again() {
        let gcra = Gcra::default();
        let state = |now| {
            gcra.take(TEN_A_SECOND, at(now))
                .map(|state| (state.remaining, state.reset_ms))
        };
        assert_eq!(state(0), Ok((9, 100)));
        assert_eq!(state(0), Ok((8, 200)));
        assert_eq!(state(50), Ok((7, 250)));
        assert_eq!(state(250), Ok((8, 150)));
        assert_eq!(gcra.full_at(TEN_A_SECOND), 400);
        gcra.refund(TEN_A_SECOND);
        assert_eq!(gcra.full_at(TEN_A_SECOND), 300);
        assert_eq!(state(250), Ok((8, 150)));
    }

    #[test]
    fn the_whole_limit_is_available_after_the_returned_time_and_not_before() {
        for (requests, window_ms, reset_ms) in [
            (1, 60_000, 60_000),
            (3, 1_000, 334),
            (7, 60_000, 8_572),
            (10, 1_000, 100),
            (1_500, 1_000, 1),
        ] {
            let limit = RateLimit {
                requests,
                window_ms,
            };
            let gcra = Gcra::default();
            let now = at(1_000);
            let taken = gcra.take(limit, now).map(|state| state.reset_ms);
            assert_eq!(taken, Ok(reset_ms), "{limit:?}");
            assert_eq!(gcra.full_at(limit), 1_000 + reset_ms, "{limit:?}");
            let is_whole = |wait| {
                let next = gcra.clone().take(limit, now.plus(wait));
                next.is_ok_and(|state| state.remaining == requests - 1)
            };
            assert!(!is_whole(reset_ms - 1), "{limit:?}");
            assert!(is_whole(reset_ms), "{limit:?}");
        }
    }

    #[test]
    fn a_limit_is_exact_however_many_calls_it_allows() {
        for requests in [
            1, 3, 7, 99_999, 100_001, 299_999, 300_000, 700_001, 999_999, 1_000_000, 10_000_000,
        ] {
            let limit = RateLimit {
                requests,
                window_ms: 1_000,
            };
            let gcra = Gcra::default();
            let passed = |now| {
                let taken = (0..=requests).take_while(|_| gcra.take(limit, now).is_ok());
                u32::try_from(taken.count()).expect("a few")
            };
            let begin = at(1_000_000_000);
            assert_eq!(passed(begin), requests);
            // The calls that become available in a third of the window, and in the rest.
            let third = passed(begin.plus(333));
            assert_eq!(u64::from(third), u64::from(requests) * 333 / 1_000);
            assert_eq!(third + passed(begin.plus(1_000)), requests);
        }
    }

    #[test]
    fn a_rejected_call_passes_after_the_returned_wait_and_not_before() {
        for (requests, window_ms, waits) in [
            (1, 60_000, [60_000, 60_000, 60_000]),
            (3, 1_000, [334, 333, 333]),
            (7, 60_000, [8_572, 8_571, 8_572]),
            (10, 1_000, [100, 100, 100]),
            (20, 60_000, [3_000, 3_000, 3_000]),
            (1_000, 1_000, [1, 1, 1]),
            (1_500, 1_000, [1, 1, 1]),
        ] {
            let limit = RateLimit {
                requests,
                window_ms,
            };
            let gcra = Gcra::default();
            let exhaust = |now| loop {
                if let Err(wait) = gcra.take(limit, now) {
                    break wait;
                }
            };
            // At the end of a millisecond.
            let mut now = Monotonic(1_999_999);
            for wait in waits {
                assert_eq!(exhaust(now), wait, "{limit:?}");
                assert_eq!(gcra.take(limit, now.plus(wait - 1)), Err(1), "{limit:?}");
                now = now.plus(wait);
                assert!(gcra.take(limit, now).is_ok(), "{limit:?}");
            }
        }
    }
}
