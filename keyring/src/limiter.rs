//! How often a key may call: the generic cell rate algorithm (ITU-T I.371) in one atomic number.

use crate::clock::Monotonic;
use domain::key::rate_limit::RateLimit;
use std::sync::atomic::{AtomicI64, Ordering};

/// Where a key stands in its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateState {
    /// The key's limit.
    pub limit: RateLimit,
    /// Calls that would pass at once.
    pub remaining: u32,
    /// Milliseconds until all of the limit is there again.
    pub reset_ms: i64,
}

/// The instant at which the count would be empty again, in units of which `limit.requests` make a millisecond: in these
/// an even flow has one call each `limit.window_ms` units, a whole number for every limit. A count belongs to one limit.
#[derive(Debug, Default)]
pub(crate) struct Gcra(AtomicI64);

impl Clone for Gcra {
    fn clone(&self) -> Self {
        Self(AtomicI64::new(self.0.load(Ordering::Relaxed)))
    }
}

impl Gcra {
    /// Takes one call, exactly under concurrency, or says for how many milliseconds there is none.
    pub(crate) fn take(&self, limit: RateLimit, now: Monotonic) -> Result<RateState, i64> {
        let units = units_a_millisecond(limit);
        // Centuries of a process fit, with the largest limit.
        let now = now.milliseconds().saturating_mul(units);
        let step = step(limit);
        let window = step * units;
        let end = now.saturating_add(window);
        let mut empty = self.0.load(Ordering::Relaxed);
        loop {
            // Another thread may have read a later time.
            let next = empty.clamp(now, end).saturating_add(step);
            if next > end {
                return Err((next - end).div_euclid(units) + 1);
            }
            match self
                .0
                .compare_exchange_weak(empty, next, Ordering::Relaxed, Ordering::Relaxed)
            {
                Ok(_) => {
                    return Ok(RateState {
                        limit,
                        remaining: u32::try_from((end - next) / step).unwrap_or(u32::MAX),
                        reset_ms: (next - now).div_euclid(units),
                    });
                }
                Err(actual) => empty = actual,
            }
        }
    }

    /// Gives back what [`Gcra::take`] took.
    pub(crate) fn give_back(&self, limit: RateLimit) {
        self.0.fetch_sub(step(limit), Ordering::Relaxed);
    }

    /// When all of the limit is there again, in milliseconds of the monotonic clock.
    pub(crate) fn empty_at(&self, limit: RateLimit) -> i64 {
        self.0.load(Ordering::Relaxed) / units_a_millisecond(limit)
    }
}

fn units_a_millisecond(limit: RateLimit) -> i64 {
    i64::from(limit.requests.max(1))
}

/// Units between two calls of an even flow.
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
    fn whoever_waits_as_told_passes() {
        let gcra = Gcra::default();
        let mut now = at(1_000);
        for _ in 0..1_000 {
            if let Err(wait) = gcra.take(TEN_A_SECOND, now) {
                now = now.plus(wait);
                assert!(gcra.take(TEN_A_SECOND, now).is_ok());
            }
        }
    }

    #[test]
    fn the_state_tells_how_many_calls_are_left_and_when_all_are() {
        let gcra = Gcra::default();
        let state = |now| {
            gcra.take(TEN_A_SECOND, at(now))
                .map(|state| (state.remaining, state.reset_ms))
        };
        assert_eq!(state(0), Ok((9, 100)));
        assert_eq!(state(0), Ok((8, 200)));
        assert_eq!(state(50), Ok((7, 250)));
        assert_eq!(state(250), Ok((8, 150)));
        gcra.give_back(TEN_A_SECOND);
        assert_eq!(state(250), Ok((8, 150)));
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
            // What comes back in a third of the window, and in the rest of it.
            let third = passed(begin.plus(333));
            assert_eq!(u64::from(third), u64::from(requests) * 333 / 1_000);
            assert_eq!(third + passed(begin.plus(1_000)), requests);
        }
    }
}
