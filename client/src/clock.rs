//! How old an answer is.

use std::time::{Duration, Instant};

/// Tells how much time has gone by.
pub trait Clock: Send + Sync + 'static {
    /// The time since some instant, always the same one. It never goes back.
    fn now(&self) -> Duration;
}

/// The machine's monotonic clock.
#[derive(Debug)]
pub struct SystemClock(Instant);

impl Default for SystemClock {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}
