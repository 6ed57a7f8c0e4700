//! The only code that reads the machine's clocks.

mod guard;

use domain::time::Timestamp;
pub use guard::Guard;
use std::{
    sync::atomic::{AtomicI64, AtomicU64, Ordering},
    time::{Duration, UNIX_EPOCH},
};

/// Nanoseconds in a millisecond.
const MILLISECOND: u64 = 1_000_000;

/// The clocks of a machine.
pub trait Clock: Send + Sync {
    /// Returns the machine's wall-clock time, which administrators and NTP may set.
    fn time_of_day(&self) -> Timestamp;

    /// Returns the monotonic clock, which cannot be set and counts while the machine sleeps. Durations are measured with it.
    fn monotonic(&self) -> Monotonic;

    /// Returns the guard that compares the two clocks.
    fn guard(&self) -> &Guard;

    /// Returns the time by which keys and sessions expire: the wall-clock time, but never earlier than before.
    fn now(&self) -> Timestamp {
        self.guard().now(self.time_of_day(), || self.monotonic())
    }
}

/// A reading of the monotonic clock: nanoseconds since an origin that differs between processes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Monotonic(pub u64);

impl Monotonic {
    /// Whole milliseconds since the clock's origin.
    pub fn milliseconds(self) -> i64 {
        self.since(Self::default())
    }

    /// Whole milliseconds from `earlier` to this reading; 0 if `earlier` is later.
    pub fn since(self, earlier: Self) -> i64 {
        i64::try_from(self.0.saturating_sub(earlier.0) / MILLISECOND).unwrap_or(i64::MAX)
    }

    /// The reading `milliseconds` later; a negative number is taken as 0.
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
            reason = "the only code that reads the machine's clock"
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
    // Other systems have no clock that counts while the machine sleeps.
    #[cfg(target_os = "linux")]
    const CLOCK: rustix::time::ClockId = rustix::time::ClockId::Boottime;
    #[cfg(not(target_os = "linux"))]
    const CLOCK: rustix::time::ClockId = rustix::time::ClockId::Monotonic;
    let time = Duration::try_from(rustix::time::clock_gettime(CLOCK)).unwrap_or_default();
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// Clocks that a test moves.
#[derive(Debug)]
pub struct ManualClock {
    guard: Guard,
    time_of_day: AtomicI64,
    monotonic: AtomicU64,
}

impl ManualClock {
    /// Creates clocks that stand at `start`.
    pub fn new(start: Timestamp) -> Self {
        Self {
            guard: Guard::default(),
            time_of_day: AtomicI64::new(start.0),
            monotonic: AtomicU64::new(0),
        }
    }

    /// Advances both clocks.
    ///
    /// # Panics
    /// If `milliseconds` is negative: use [`ManualClock::leap`].
    pub fn advance(&self, milliseconds: i64) {
        let passed = u64::try_from(milliseconds).expect("time passes forward");
        self.monotonic
            .fetch_add(passed * MILLISECOND, Ordering::Relaxed);
        self.leap(milliseconds);
    }

    /// Changes the wall-clock time alone; a negative number sets it back.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_milliseconds_are_counted() {
        let earlier = Monotonic(1_999_999);
        assert_eq!(earlier.milliseconds(), 1);
        assert_eq!(Monotonic(3_999_998).since(earlier), 1);
        assert_eq!(Monotonic(3_999_999).since(earlier), 2);
        assert_eq!(earlier.since(Monotonic(3_999_999)), 0);
        assert_eq!(earlier.plus(2), Monotonic(3_999_999));
        assert_eq!(earlier.plus(-2), earlier);
    }

    #[test]
    fn the_monotonic_clock_of_the_machine_advances() {
        let clock = SystemClock::default();
        let readings: Vec<Monotonic> = (0..10_000).map(|_| clock.monotonic()).collect();
        assert!(readings.is_sorted());
        assert!(readings.first() < readings.last());
    }

    #[test]
    fn the_time_of_the_machine_is_not_before_the_mark() {
        let clock = SystemClock::default();
        let mark = Timestamp::from_date(2400, 1, 1).expect("a date");
        clock.guard().resume(mark, clock.monotonic());
        assert_eq!(clock.now(), mark);
    }

    #[test]
    fn a_manual_clock_is_advanced_or_set() {
        let clock = ManualClock::new(Timestamp(10_000));
        let both = || (clock.time_of_day(), clock.monotonic());
        assert_eq!(both(), (Timestamp(10_000), Monotonic(0)));
        clock.advance(250);
        assert_eq!(both(), (Timestamp(10_250), Monotonic(250_000_000)));
        assert_eq!(clock.now(), Timestamp(10_250));
        clock.leap(-100);
        assert_eq!(both(), (Timestamp(10_150), Monotonic(250_000_000)));
        assert_eq!(clock.now(), Timestamp(10_250), "the mark");
    }
}
