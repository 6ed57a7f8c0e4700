//! Keeps the time of day from running backwards, and tells a leap from time that has passed.

use super::Monotonic;
use domain::time::{DAY, HOUR, MINUTE, Timestamp};
use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicI64, Ordering},
};

/// How far the time of day may be from where the monotonic clock expects it. Within that it stands where it is set back a
/// little, and is believed at once where it is set forward.
const TOLERANCE: i64 = MINUTE;
/// How far ahead of the newest instant in the database it may be at the start.
const TOLERANCE_AT_START: i64 = DAY;
/// For how long a leap must last to be believed.
const CONFIRMATION: i64 = HOUR;

/// Compares the time of day with the monotonic clock.
///
/// The *mark* is the newest instant that is certain. The time is never before it, in this process and, because it is kept in
/// the database, in the next one. Where the machine's clock is set back, time goes on from the mark at the pace of the
/// monotonic clock. Where it leaps ahead, the new time is told, but does not become the mark until it has lasted for an hour:
/// when the leap turns out to be a mistake and is taken back, nothing of it stays.
#[derive(Debug)]
pub struct Guard {
    mark: AtomicI64,
    /// Up to here a reading becomes the mark at once.
    ceiling: AtomicI64,
    course: Mutex<Course>,
}

/// Where the time of day is expected.
#[derive(Debug)]
struct Course {
    /// An instant, and the monotonic clock's reading at it.
    from: Option<(Timestamp, Monotonic)>,
    tolerance: i64,
    leap: Option<Leap>,
    /// By how much the machine's clock is behind, where that is more than the tolerance.
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
    /// Goes on from a mark that an earlier process left behind.
    pub(crate) fn resume(&self, mark: Timestamp, at: Monotonic) {
        let mut course = self.course();
        course.from = Some((mark, at));
        course.tolerance = TOLERANCE_AT_START;
        course.leap = None;
        self.mark.store(mark.0, Ordering::Relaxed);
        self.ceiling.store(mark.0, Ordering::Relaxed);
    }

    /// The guarded time, where the machine says that it is `time`.
    pub(crate) fn now(&self, time: Timestamp, at: impl FnOnce() -> Monotonic) -> Timestamp {
        if time.0 > self.ceiling.load(Ordering::Relaxed)
            // Where another thread is looking, its answer is soon there.
            && let Ok(mut course) = self.course.try_lock()
        {
            self.look(&mut course, time, at());
        }
        let mark = if time.0 > self.ceiling.load(Ordering::Relaxed) {
            self.mark.load(Ordering::Relaxed)
        } else {
            self.mark.fetch_max(time.0, Ordering::Relaxed)
        };
        Timestamp(mark).max(time)
    }

    /// Compares the clocks. Expected about each second.
    pub(crate) fn check(&self, time: Timestamp, at: Monotonic) {
        self.look(&mut self.course(), time, at);
    }

    /// The newest instant that is certain.
    pub(crate) fn mark(&self) -> Timestamp {
        Timestamp(self.mark.load(Ordering::Relaxed))
    }

    /// By how many milliseconds the machine's clock is behind the guarded time, where that is more than a minute.
    pub(crate) fn behind(&self) -> i64 {
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
            if course.believes(time, at, ahead) {
                self.go_on(course, time, at);
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
                    "the machine's clock is behind the newest time that this database has seen: time goes on from there, so \
                     that no key comes to life again; set the clock right, or, where it is right, see `latchkey clock reset`"
                );
            }
            course.behind = -ahead;
            self.go_on(course, expected, at);
        } else {
            if std::mem::take(&mut course.behind) > 0 || leapt {
                tracing::warn!("the machine's clock is where it is expected again");
            }
            self.go_on(course, time.max(mark), at);
        }
    }

    /// Expects time to go on from here.
    fn go_on(&self, course: &mut Course, time: Timestamp, at: Monotonic) {
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
    /// Whether a time that is too far ahead has been told for long enough.
    fn believes(&mut self, time: Timestamp, at: Monotonic, ahead: i64) -> bool {
        let steady = self.leap.filter(|leap| {
            let expected = leap.time.plus(at.since(leap.at));
            time.since(expected).abs() <= TOLERANCE
        });
        let Some(leap) = steady else {
            tracing::warn!(
                seconds = ahead / 1_000,
                "the machine's clock has leapt ahead: keys are judged by it, but nothing is pruned by it until it has \
                 stayed so for an hour"
            );
            self.leap = Some(Leap { time, at });
            return false;
        };
        let believed = at.since(leap.at) >= CONFIRMATION;
        if believed {
            tracing::warn!("the machine's clock has stayed where it leapt to: it is believed");
            self.leap = None;
        }
        believed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::SECOND;

    const START: Timestamp = Timestamp(1_800_000_000_000);
    const YEARS: i64 = 5 * 365 * DAY;

    /// A machine whose clocks are read each second.
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
        // A machine that slept, and a process that nobody called.
        (machine.time, machine.at) = (machine.time.plus(DAY), machine.at.plus(DAY));
        assert_eq!((machine.now(), machine.mark()), (2 * DAY, 2 * DAY));
    }

    #[test]
    fn time_stands_where_the_clock_is_set_back_a_little() {
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
    fn time_goes_on_at_its_pace_where_the_clock_is_set_back() {
        for back in [2 * MINUTE, DAY, YEARS] {
            let mut machine = Machine::new();
            machine.run(HOUR);
            machine.time = machine.time.plus(-back);
            assert_eq!(machine.now(), HOUR);
            machine.run(3 * HOUR);
            assert_eq!((machine.now(), machine.mark()), (4 * HOUR, 4 * HOUR));
            assert_eq!(machine.guard.behind(), back);
            // Set right again.
            machine.time = machine.time.plus(back);
            machine.run(MINUTE);
            assert_eq!(machine.now(), 4 * HOUR + MINUTE);
            assert_eq!(machine.guard.behind(), 0);
        }
    }

    #[test]
    fn nothing_stays_of_a_leap_that_is_taken_back() {
        let mut machine = Machine::new();
        machine.run(HOUR);
        machine.time = machine.time.plus(YEARS);
        assert_eq!(machine.now(), HOUR + YEARS, "the newer time refuses more");
        machine.run(30 * MINUTE);
        assert_eq!(machine.now(), HOUR + YEARS + 30 * MINUTE);
        assert_eq!(machine.mark(), HOUR);
        machine.time = machine.time.plus(-YEARS);
        assert_eq!(machine.now(), HOUR + 30 * MINUTE);
        machine.run(3 * HOUR);
        assert_eq!(machine.mark(), 4 * HOUR + 30 * MINUTE);
    }

    #[test]
    fn a_leap_that_lasts_is_believed() {
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
    fn a_clock_that_keeps_leaping_is_not_believed() {
        let mut machine = Machine::new();
        machine.run(HOUR);
        for _ in 0..10 {
            machine.time = machine.time.plus(DAY);
            machine.run(20 * MINUTE);
        }
        assert_eq!(machine.mark(), HOUR);
    }

    #[test]
    fn an_earlier_clock_at_the_start_goes_on_from_the_mark() {
        let mut machine = Machine::new();
        machine.guard.resume(START.plus(DAY), machine.at);
        assert_eq!(machine.now(), DAY);
        machine.run(HOUR);
        assert_eq!((machine.now(), machine.mark()), (DAY + HOUR, DAY + HOUR));
    }

    #[test]
    fn a_later_clock_at_the_start_is_believed_within_a_day_and_else_after_an_hour() {
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
