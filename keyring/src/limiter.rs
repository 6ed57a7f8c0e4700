//! How often a key may call: the generic cell rate algorithm (ITU-T I.371) in one atomic number.

use domain::{key::rate_limit::RateLimit, time::Timestamp};
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

/// The instant, in Unix microseconds, at which the count would be empty again.
#[derive(Debug, Default)]
pub(crate) struct Gcra(AtomicI64);

impl Clone for Gcra {
    fn clone(&self) -> Self {
        Self(AtomicI64::new(self.0.load(Ordering::Relaxed)))
    }
}

impl Gcra {
    /// Takes one call, exactly under concurrency, or says for how many milliseconds there is none.
    pub(crate) fn take(&self, limit: RateLimit, now: Timestamp) -> Result<RateState, i64> {
        let now = now.0.saturating_mul(1_000);
        let window = i64::from(limit.window_ms) * 1_000;
        let step = step(limit);
        let mut empty = self.0.load(Ordering::Relaxed);
        loop {
            // A clock that was set back must not keep a key out for longer than its window.
            let next = empty.clamp(now, now + window) + step;
            if next - now > window {
                return Err((next - now - window).div_euclid(1_000) + 1);
            }
            match self
                .0
                .compare_exchange_weak(empty, next, Ordering::Relaxed, Ordering::Relaxed)
            {
                Ok(_) => {
                    let used = next - now;
                    return Ok(RateState {
                        limit,
                        remaining: u32::try_from((window - used) / step).unwrap_or(u32::MAX),
                        reset_ms: used.div_euclid(1_000),
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

    /// When all of the limit is there again, in Unix microseconds.
    pub(crate) fn empty_at(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Microseconds between two calls of an even flow.
fn step(limit: RateLimit) -> i64 {
    (i64::from(limit.window_ms) * 1_000 / i64::from(limit.requests.max(1))).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEN_A_SECOND: RateLimit = RateLimit {
        requests: 10,
        window_ms: 1_000,
    };

    #[test]
    fn the_limit_is_exact_under_concurrency() {
        let gcra = Gcra::default();
        let passed: usize = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        (0..100)
                            .filter(|_| gcra.take(TEN_A_SECOND, Timestamp(7)).is_ok())
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
        let mut now = Timestamp(1_000);
        for _ in 0..1_000 {
            if let Err(wait) = gcra.take(TEN_A_SECOND, now) {
                now = now.plus(wait);
                assert!(gcra.take(TEN_A_SECOND, now).is_ok());
            }
        }
    }

    #[test]
    fn a_clock_set_back_does_not_ban() {
        let gcra = Gcra::default();
        assert!(gcra.take(TEN_A_SECOND, Timestamp(1_000_000)).is_ok());
        let wait = gcra.take(TEN_A_SECOND, Timestamp(1_000)).expect_err("full");
        assert!(wait <= 1_000);
    }
}
