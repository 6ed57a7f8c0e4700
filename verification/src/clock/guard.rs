//! Keeps the time from running backwards, and distinguishes a clock that was set from time that has passed.

use super::Monotonic;
use domain::time::{DAY, HOUR, MINUTE, Timestamp};
use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicI64, Ordering},
};

/// How far the wall clock may be from the time that the monotonic clock predicts. Within it, a clock that is set back makes the time
/// stand still, and one that is set forward is accepted immediately.
const TOLERANCE: i64 = MINUTE;
/// How far the wall clock may be ahead of the newest instant in the database at the start.
const TOLERANCE_AT_START: i64 = DAY;
/// How long a leap must last to be accepted.
const CONFIRMATION: i64 = HOUR;

/// Compares the wall clock with the monotonic clock.
///
/// The *mark* is the newest instant that is certain. The time is never before it in this process and, since it is stored in the
/// database, in later processes. If the wall clock is set back, time continues from the mark at the rate of the monotonic clock. If it
/// leaps ahead, the new time is returned but becomes the mark only after an hour: a leap that is undone before leaves no trace.
#[derive(Debug)]
pub struct Guard {
    mark: AtomicI64,
    /// A reading up to this instant becomes the mark immediately.
    ceiling: AtomicI64,
    course: Mutex<Course>,
}

/// The prediction of the wall clock.
#[derive(Debug)]
struct Course {
    /// An instant, and the monotonic clock's reading at that instant.
    from: Option<(Timestamp, Monotonic)>,
    tolerance: i64,
    leap: Option<Leap>,
    /// Milliseconds by which the wall clock is behind; 0 within the tolerance.
    behind: i64,
}

#[derive(Clone, Copy, Debug)]
struct Leap {
    time: Timestamp,
    at: Monotonic,
}

impl Default for Guard {
    fn default() -> Self {
        Self {
            mark: AtomicI64::new(i64::MIN),
            ceiling: AtomicI64::new(i64::MIN),
            course: Mutex::new(Course {
                from: None,
                tolerance: TOLERANCE,
                leap: None,
                behind: 0,
            }),
        }
    }
}

impl Guard {
    /// Continues from the mark of an earlier process.
    pub fn resume(&self, mark: Timestamp, at: Monotonic) {
        let mut course = self.course();
        course.from = Some((mark, at));
        course.tolerance = TOLERANCE_AT_START;
        course.leap = None;
        self.mark.store(mark.0, Ordering::Relaxed);
        self.ceiling.store(mark.0, Ordering::Relaxed);
    }

    /// Returns the guarded time for the wall-clock time `time`.
    pub(crate) fn now(&self, time: Timestamp, at: impl FnOnce() -> Monotonic) -> Timestamp {
        if time.0 > self.ceiling.load(Ordering::Relaxed)
            // If another thread holds the lock, it updates the ceiling soon.
            && let Ok(mut course) = self.course.try_lock()
        {
            self.look(&mut course, time, at());
        }
        let mut mark = self.mark.load(Ordering::Relaxed);
        // Once a millisecond at most: all cores read the mark in every verification.
        if time.0 > mark && time.0 <= self.ceiling.load(Ordering::Relaxed) {
            mark = self.mark.fetch_max(time.0, Ordering::Relaxed);
        }
        Timestamp(mark).max(time)
    }

    /// Compares the clocks. To be called about every second.
    pub fn check(&self, time: Timestamp, at: Monotonic) {
        self.look(&mut self.course(), time, at);
    }

    /// Returns the newest instant that is certain.
    pub fn mark(&self) -> Timestamp {
        Timestamp(self.mark.load(Ordering::Relaxed))
    }

    /// Returns the milliseconds by which the wall clock is behind the guarded time; 0 if it is at most a minute.
    pub fn behind(&self) -> i64 {
        self.course().behind
    }

    fn look(&self, course: &mut Course, time: Timestamp, at: Monotonic) {
        let mark = self.mark();
        let expected = course
            .from
            .map_or(time, |(from, then)| from.plus(at.since(then)))
            .max(mark);
        let ahead = time.since(expected);
        if ahead > course.tolerance {
            if course.accepts(time, at, ahead) {
                self.predict_from(course, time, at);
            } else {
                let ceiling = expected.plus(TOLERANCE);
                self.ceiling.store(ceiling.0, Ordering::Relaxed);
            }
            return;
        }
        let leapt = course.leap.take().is_some();
        if ahead < -TOLERANCE {
            if course.behind == 0 {
                tracing::error!(
                    seconds = -ahead / 1_000,
                    "the machine's clock is behind the newest time in this database: time continues from there, so that no \
                     expired key becomes valid again; correct the clock or, if it is right, run `latchkey clock reset`"
                );
            }
            course.behind = -ahead;
            self.predict_from(course, expected, at);
        } else {
            if std::mem::take(&mut course.behind) > 0 || leapt {
                tracing::warn!("the machine's clock agrees with the monotonic clock again");
            }
            self.predict_from(course, time.max(mark), at);
        }
    }

    /// Predicts the wall clock from this instant.
    fn predict_from(&self, course: &mut Course, time: Timestamp, at: Monotonic) {
        course.from = Some((time, at));
        course.tolerance = TOLERANCE;
        self.mark.fetch_max(time.0, Ordering::Relaxed);
        let ceiling = time.plus(TOLERANCE);
        self.ceiling.store(ceiling.0, Ordering::Relaxed);
    }

    fn course(&self) -> MutexGuard<'_, Course> {
        self.course.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Course {
    /// Whether the wall clock has been this far ahead for long enough.
    fn accepts(&mut self, time: Timestamp, at: Monotonic, ahead: i64) -> bool {
        let steady = self.leap.filter(|leap| {
            let expected = leap.time.plus(at.since(leap.at));
            time.since(expected).abs() <= TOLERANCE
        });
        let Some(leap) = steady else {
            tracing::warn!(
                seconds = ahead / 1_000,
                "the machine's clock has leapt ahead: keys expire by it, but nothing is pruned by it until it has stayed \
                 there for an hour"
            );
            self.leap = Some(Leap { time, at });
            return false;
        };
        let accepted = at.since(leap.at) >= CONFIRMATION;
        if accepted {
            tracing::warn!(
                "the machine's clock has stayed ahead for an hour: the new time is accepted"
            );
            self.leap = None;
        }
        accepted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::SECOND;

    const START: Timestamp = Timestamp(1_800_000_000_000);
    const YEARS: i64 = 5 * 365 * DAY;

    /// A machine whose clocks are compared every second.
    struct Machine {
        guard: Guard,
        time: Timestamp,
        at: Monotonic,
    }

    impl Machine {
        fn new() -> Self {
            Self {
                guard: Guard::default(),
                time: START,
                at: Monotonic::default(),
            }
        }

        fn now(&self) -> i64 {
            self.guard.now(self.time, || self.at).since(START)
        }

        fn mark(&self) -> i64 {
            self.guard.mark().since(START)
        }

        fn run(&mut self, milliseconds: i64) {
            for _ in 0..milliseconds / SECOND {
                (self.time, self.at) = (self.time.plus(SECOND), self.at.plus(SECOND));
                self.guard.check(self.time, self.at);
                self.now();
            }
        }
    }

    #[test]
    fn time_passes() {
        let mut machine = Machine::new();
        assert_eq!((machine.now(), machine.mark()), (0, 0));
        machine.run(DAY);
        assert_eq!((machine.now(), machine.mark()), (DAY, DAY));
        // The machine slept, and the process received no call.
        (machine.time, machine.at) = (machine.time.plus(DAY), machine.at.plus(DAY));
        assert_eq!((machine.now(), machine.mark()), (2 * DAY, 2 * DAY));
    }

    #[test]
    fn time_stands_still_if_the_clock_is_set_back_a_little() {
        let mut machine = Machine::new();
        machine.run(HOUR);
        machine.time = machine.time.plus(-30 * SECOND);
        machine.run(29 * SECOND);
        assert_eq!((machine.now(), machine.mark()), (HOUR, HOUR));
        machine.run(2 * SECOND);
        assert_eq!(machine.now(), HOUR + SECOND);
        assert_eq!(machine.guard.behind(), 0);
    }

    #[test]
    fn time_continues_at_its_rate_if_the_clock_is_set_back() {
        for back in [2 * MINUTE, DAY, YEARS] {
            let mut machine = Machine::new();
            machine.run(HOUR);
            machine.time = machine.time.plus(-back);
            assert_eq!(machine.now(), HOUR);
            machine.run(3 * HOUR);
            assert_eq!((machine.now(), machine.mark()), (4 * HOUR, 4 * HOUR));
            assert_eq!(machine.guard.behind(), back);
            // The clock is corrected.
            machine.time = machine.time.plus(back);
            machine.run(MINUTE);
            assert_eq!(machine.now(), 4 * HOUR + MINUTE);
            assert_eq!(machine.guard.behind(), 0);
        }
    }

    #[test]
    fn a_leap_that_is_undone_leaves_no_trace() {
        let mut machine = Machine::new();
        machine.run(HOUR);
        machine.time = machine.time.plus(YEARS);
        assert_eq!(machine.now(), HOUR + YEARS, "the later time expires more");
        machine.run(30 * MINUTE);
        assert_eq!(machine.now(), HOUR + YEARS + 30 * MINUTE);
        assert_eq!(machine.mark(), HOUR);
        machine.time = machine.time.plus(-YEARS);
        assert_eq!(machine.now(), HOUR + 30 * MINUTE);
        machine.run(3 * HOUR);
        assert_eq!(machine.mark(), 4 * HOUR + 30 * MINUTE);
    }

    #[test]
    fn a_leap_that_lasts_is_accepted() {
        let mut machine = Machine::new();
        machine.run(HOUR);
        machine.time = machine.time.plus(YEARS);
        machine.run(HOUR);
        assert_eq!(machine.mark(), HOUR);
        machine.run(SECOND);
        assert_eq!(machine.mark(), 2 * HOUR + YEARS + SECOND);
        machine.time = machine.time.plus(-DAY);
        assert_eq!(machine.now(), 2 * HOUR + YEARS + SECOND);
    }

    #[test]
    fn a_clock_that_keeps_leaping_is_not_accepted() {
        let mut machine = Machine::new();
        machine.run(HOUR);
        for _ in 0..10 {
            machine.time = machine.time.plus(DAY);
            machine.run(20 * MINUTE);
        }
        assert_eq!(machine.mark(), HOUR);
    }

    #[test]
    fn with_an_earlier_clock_at_the_start_time_continues_from_the_mark() {
        let mut machine = Machine::new();
        machine.guard.resume(START.plus(DAY), machine.at);
        assert_eq!(machine.now(), DAY);
        machine.run(HOUR);
        assert_eq!((machine.now(), machine.mark()), (DAY + HOUR, DAY + HOUR));
    }

    #[test]
    fn a_later_clock_at_the_start_is_accepted_within_a_day_or_after_an_hour() {
        let mut machine = Machine::new();
        machine.guard.resume(START.plus(-DAY), machine.at);
        assert_eq!((machine.now(), machine.mark()), (0, 0));
        machine.guard.resume(START.plus(-DAY - 1), machine.at);
        assert_eq!((machine.now(), machine.mark()), (0, -DAY - 1));
        machine.run(HOUR - SECOND);
        assert_eq!(machine.mark(), -DAY - 1);
        machine.run(2 * SECOND);
        assert_eq!(machine.mark(), HOUR + SECOND);
    }
}
