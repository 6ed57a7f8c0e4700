//! Keeps the time from running backwards, and distinguishes a clock that was set from time that has passed.

use super::Monotonic;
use domain::time::{DAY, HOUR, MINUTE, Timestamp};
use std::{
    mem,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
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

/// A change in the relation of the two clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ClockChange {
    /// The wall clock is behind by more than the tolerance.
    Behind { seconds: i64 },
    /// The wall clock has leapt ahead by more than the tolerance.
    Ahead { seconds: i64 },
    /// The leap has lasted long enough.
    Accepted,
    /// The wall clock is within the tolerance again.
    Agrees,
}

impl ClockChange {
    fn log(self) {
        match self {
            Self::Behind { seconds } => tracing::error!(
                seconds,
                "the machine's clock is behind the newest time in this database: time continues from there, so that no \
                 expired key becomes valid again; correct the clock or, if it is right, run `latchkey clock reset`"
            ),
            Self::Ahead { seconds } => tracing::warn!(
                seconds,
                "the machine's clock has leapt ahead: keys expire by it, but nothing is pruned by it until it has stayed \
                 there for an hour"
            ),
            Self::Accepted => tracing::warn!(
                "the machine's clock has stayed ahead for an hour: the new time is accepted"
            ),
            Self::Agrees => {
                tracing::warn!("the machine's clock agrees with the monotonic clock again");
            }
        }
    }
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
            && let Some(change) = self.look(&mut course, time, at())
        {
            change.log();
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
        let change = self.look(&mut self.course(), time, at);
        if let Some(change) = change {
            change.log();
        }
    }

    /// Returns the newest instant that is certain.
    pub fn mark(&self) -> Timestamp {
        Timestamp(self.mark.load(Ordering::Relaxed))
    }

    /// Returns the milliseconds by which the wall clock is behind the guarded time; 0 if it is at most a minute.
    pub fn behind(&self) -> i64 {
        self.course().behind
    }

    fn look(&self, course: &mut Course, time: Timestamp, at: Monotonic) -> Option<ClockChange> {
        let mark = self.mark();
        let expected = course
            .from
            .map_or(time, |(from, then)| from.plus(at.since(then)))
            .max(mark);
        let ahead = time.since(expected);
        if ahead > course.tolerance {
            let change = course.leap_by(ahead, time, at);
            if change == Some(ClockChange::Accepted) {
                self.predict_from(course, time, at);
            } else {
                let ceiling = expected.plus(TOLERANCE);
                self.ceiling.store(ceiling.0, Ordering::Relaxed);
            }
            return change;
        }
        let leapt = course.leap.take().is_some();
        if ahead < -TOLERANCE {
            let seconds = -ahead / 1_000;
            let before = mem::replace(&mut course.behind, -ahead);
            self.predict_from(course, expected, at);
            return (before == 0).then_some(ClockChange::Behind { seconds });
        }
        let before = mem::take(&mut course.behind);
        self.predict_from(course, time.max(mark), at);
        (before > 0 || leapt).then_some(ClockChange::Agrees)
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
    /// Records that the wall clock is ahead by `ahead` milliseconds. Returns a change if the leap begins or is accepted.
    fn leap_by(&mut self, ahead: i64, time: Timestamp, at: Monotonic) -> Option<ClockChange> {
        let steady = self.leap.filter(|leap| {
            let expected = leap.time.plus(at.since(leap.at));
            time.since(expected).abs() <= TOLERANCE
        });
        let Some(leap) = steady else {
            self.leap = Some(Leap { time, at });
            let seconds = ahead / 1_000;
            return Some(ClockChange::Ahead { seconds });
        };
        if at.since(leap.at) < CONFIRMATION {
            return None;
        }
        self.leap = None;
        Some(ClockChange::Accepted)
    }
}

#[cfg(test)]
mod tests;
