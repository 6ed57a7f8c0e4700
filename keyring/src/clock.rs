//! The only place that reads the machine's clocks.

mod guard;

use domain::time::Timestamp;
pub use guard::Guard;
use std::{
    sync::atomic::{AtomicI64, AtomicU64, Ordering},
    time::UNIX_EPOCH,
};

/// Nanoseconds in a millisecond.
const MILLISECOND: u64 = 1_000_000;

/// The clocks of a machine.
pub trait Clock: Send + Sync {
    /// The time of day, as the machine has it: people set it, and programs that correct it.
    fn time_of_day(&self) -> Timestamp;

    /// The monotonic clock, which nobody sets and which counts while the machine sleeps. Durations are measured with it.
    fn monotonic(&self) -> Monotonic;

    /// What compares the two.
    fn guard(&self) -> &Guard;

    /// The time by which keys and sessions end: the time of day, but never earlier than before.
    fn now(&self) -> Timestamp {
        self.guard().now(self.time_of_day(), || self.monotonic())
    }
}

/// A reading of the monotonic clock: nanoseconds since an instant that differs from process to process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Monotonic(pub u64);

impl Monotonic {
    /// Whole milliseconds.
    pub(crate) fn milliseconds(self) -> i64 {
        self.since(Self::default())
    }

    /// Whole milliseconds from `earlier` to this reading; 0 where `earlier` is later.
    pub fn since(self, earlier: Self) -> i64 {
        i64::try_from(self.0.saturating_sub(earlier.0) / MILLISECOND).unwrap_or(i64::MAX)
    }

    /// The reading `milliseconds` later; a negative number changes nothing.
    #[must_use]
    pub fn plus(self, milliseconds: i64) -> Self {
        let later = u64::try_from(milliseconds).unwrap_or_default();
        Self(self.0.saturating_add(later.saturating_mul(MILLISECOND)))
    }
}

/// The machine's clocks.
#[derive(Debug)]
pub struct SystemClock {
    guard: Guard,
    started: u64,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self {
            guard: Guard::default(),
            started: since_boot(),
        }
    }
}

impl Clock for SystemClock {
    fn time_of_day(&self) -> Timestamp {
        #[expect(
            clippy::disallowed_methods,
            reason = "the only place that reads the machine's clock"
        )]
        let since = std::time::SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn monotonic(&self) -> Monotonic {
        Monotonic(since_boot().saturating_sub(self.started))
    }

    fn guard(&self) -> &Guard {
        &self.guard
    }
}

/// Nanoseconds since the machine started.
fn since_boot() -> u64 {
    // Elsewhere no clock counts the time that the machine sleeps.
    #[cfg(target_os = "linux")]
    const CLOCK: rustix::time::ClockId = rustix::time::ClockId::Boottime;
    #[cfg(not(target_os = "linux"))]
    const CLOCK: rustix::time::ClockId = rustix::time::ClockId::Monotonic;
    let time = rustix::time::clock_gettime(CLOCK);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    let nanoseconds = u64::try_from(time.tv_nsec).unwrap_or_default();
    seconds * 1_000 * MILLISECOND + nanoseconds
}

/// Clocks that move when told to.
#[derive(Debug)]
pub struct ManualClock {
    guard: Guard,
    time_of_day: AtomicI64,
    monotonic: AtomicU64,
}

impl ManualClock {
    /// Stands at `start`.
    pub fn new(start: Timestamp) -> Self {
        Self {
            guard: Guard::default(),
            time_of_day: AtomicI64::new(start.0),
            monotonic: AtomicU64::new(0),
        }
    }

    /// Lets `milliseconds` pass on both clocks.
    ///
    /// # Panics
    /// Where it is negative: use [`ManualClock::leap`].
    pub fn advance(&self, milliseconds: i64) {
        let passed = u64::try_from(milliseconds).expect("time passes forward");
        self.monotonic
            .fetch_add(passed * MILLISECOND, Ordering::Relaxed);
        self.leap(milliseconds);
    }

    /// Sets the time of day forward, or back where `milliseconds` is negative. No time passes.
    pub fn leap(&self, milliseconds: i64) {
        self.time_of_day.fetch_add(milliseconds, Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn time_of_day(&self) -> Timestamp {
        Timestamp(self.time_of_day.load(Ordering::Relaxed))
    }

    fn monotonic(&self) -> Monotonic {
        Monotonic(self.monotonic.load(Ordering::Relaxed))
    }

    fn guard(&self) -> &Guard {
        &self.guard
    }
}
