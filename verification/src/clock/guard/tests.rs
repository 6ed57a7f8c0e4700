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

    /// Returns the changes that the comparisons find.
    fn run(&mut self, milliseconds: i64) -> Vec<ClockChange> {
        let mut changes = Vec::new();
        for _ in 0..milliseconds / SECOND {
            (self.time, self.at) = (self.time.plus(SECOND), self.at.plus(SECOND));
            changes.extend(
                self.guard
                    .look(&mut self.guard.course(), self.time, self.at),
            );
            self.now();
        }
        changes
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

#[test]
fn a_check_moves_the_mark() {
    let guard = Guard::default();
    guard.check(START, Monotonic::default());
    assert_eq!(guard.mark(), START);
}

#[test]
fn reading_the_time_moves_the_mark() {
    let mut machine = Machine::new();
    machine.now();
    machine.time = START.plus(SECOND);
    assert_eq!((machine.now(), machine.mark()), (SECOND, SECOND));
    machine.time = START;
    assert_eq!((machine.now(), machine.mark()), (SECOND, SECOND));
}

#[test]
fn reading_a_time_within_the_tolerance_does_not_move_the_prediction() {
    let mut machine = Machine::new();
    machine.now();
    machine.time = START.plus(MINUTE);
    assert_eq!((machine.now(), machine.mark()), (MINUTE, MINUTE));
    // 90 seconds ahead of the monotonic clock, and 70 of the mark.
    machine.at = machine.at.plus(40 * SECOND);
    machine.time = START.plus(130 * SECOND);
    assert_eq!((machine.now(), machine.mark()), (130 * SECOND, MINUTE));
}

#[test]
fn a_clock_is_followed_up_to_a_minute_of_difference() {
    for (set, mark, behind) in [
        (MINUTE, HOUR + MINUTE + SECOND, 0),
        (MINUTE + 1, HOUR, 0),
        (-MINUTE, HOUR, 0),
        (-MINUTE - 1, HOUR + SECOND, MINUTE + 1),
    ] {
        let mut machine = Machine::new();
        machine.run(HOUR);
        machine.time = machine.time.plus(set);
        machine.run(SECOND);
        let found = (machine.mark(), machine.guard.behind());
        assert_eq!(found, (mark, behind), "set by {set} ms");
    }
}

#[test]
fn each_change_of_the_clock_is_reported_once_in_seconds() {
    const DISTANCE: i64 = 90 * SECOND + 500;
    const BEHIND: ClockChange = ClockChange::Behind { seconds: 90 };
    const AHEAD: ClockChange = ClockChange::Ahead { seconds: 90 };
    let mut machine = Machine::new();
    for (set, wait, changes) in [
        (0, HOUR, vec![]),
        (-DISTANCE, HOUR, vec![BEHIND]),
        (DISTANCE, HOUR, vec![ClockChange::Agrees]),
        (DISTANCE, HOUR, vec![AHEAD]),
        (-DISTANCE, HOUR, vec![ClockChange::Agrees]),
        (DISTANCE, HOUR + SECOND, vec![AHEAD, ClockChange::Accepted]),
        (0, HOUR, vec![]),
    ] {
        machine.time = machine.time.plus(set);
        assert_eq!(machine.run(wait), changes, "set by {set} ms");
    }
}
