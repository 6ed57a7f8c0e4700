//! How often something happened lately, by what it was. Below a threshold nobody hears of it.

use domain::{
    security::WINDOW,
    time::{SECOND, Timestamp},
};
use std::{collections::HashMap, hash::Hash};

/// Things that are counted at once. What finds no room is not counted.
const MOST: usize = 50_000;

/// When what happened often enough is told, in milliseconds.
#[derive(Clone, Copy)]
pub(super) struct Pace {
    /// Since the first of them.
    pub(super) first: i64,
    /// Since it was told last.
    pub(super) again: i64,
}

/// Counts of things of the kind `K`, each with a sample of the last second of it.
pub(super) struct Counts<K, S> {
    counts: HashMap<K, Count<S>>,
    pace: Pace,
}

/// What happened often enough, and was not told before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found<S> {
    /// The first time.
    pub(super) first: Timestamp,
    /// The last time.
    pub(super) last: Timestamp,
    /// How often.
    pub(super) times: i64,
    /// One of its last second.
    pub(super) sample: S,
    /// When the sample was taken.
    sampled: Timestamp,
}

impl<S> Found<S> {
    /// Both together.
    fn and(self, newer: Self) -> Self {
        Self {
            first: self.first.min(newer.first),
            last: self.last.max(newer.last),
            times: self.times.saturating_add(newer.times),
            ..newer
        }
    }
}

struct Count<S> {
    /// When the window began.
    since: Timestamp,
    /// How often it happened within the window.
    within: i64,
    /// Whether that was often enough.
    enough: bool,
    /// What nobody has taken yet.
    waiting: Option<Found<S>>,
    /// Whether what waits is to be taken, whatever this window brings: a window before had enough of it.
    due: bool,
    /// Until when it is not told.
    rests: Timestamp,
}

impl<S> Count<S> {
    const fn new(since: Timestamp, pace: Pace) -> Self {
        Self {
            since,
            within: 0,
            enough: false,
            waiting: None,
            due: false,
            rests: since.plus(pace.first),
        }
    }

    fn is_over(&self, now: Timestamp) -> bool {
        // A clock that steps back begins anew.
        !(0..WINDOW).contains(&now.since(self.since))
    }

    /// Whether there is something to be told.
    const fn tells(&self) -> bool {
        (self.enough || self.due) && self.waiting.is_some()
    }

    fn wait(&mut self, at: Timestamp, times: i64, sample: impl FnOnce() -> S) {
        let Some(found) = &mut self.waiting else {
            self.waiting = Some(Found {
                first: at,
                last: at,
                times,
                sample: sample(),
                sampled: at,
            });
            return;
        };
        found.first = found.first.min(at);
        found.last = found.last.max(at);
        found.times = found.times.saturating_add(times);
        // Under a storm most samples would never be looked at.
        if at.since(found.sampled) >= SECOND {
            (found.sample, found.sampled) = (sample(), at);
        }
    }
}

impl<K: Hash + Eq + Clone, S> Counts<K, S> {
    pub(super) fn new(pace: Pace) -> Self {
        Self {
            counts: HashMap::new(),
            pace,
        }
    }

    /// Counts so many of the same thing, of which `threshold` within a window are enough.
    pub(super) fn note(
        &mut self,
        what: K,
        threshold: i64,
        at: Timestamp,
        times: i64,
        sample: impl FnOnce() -> S,
    ) {
        if self.counts.len() >= MOST && !self.counts.contains_key(&what) {
            return;
        }
        let pace = self.pace;
        let count = self.counts.entry(what);
        let count = count.or_insert_with(|| Count::new(at, pace));
        if count.is_over(at) {
            count.due |= count.enough && count.waiting.is_some();
            if !count.due {
                count.waiting = None;
            }
            (count.since, count.within, count.enough) = (at, 0, false);
        }
        count.within = count.within.saturating_add(times);
        count.enough |= count.within >= threshold;
        count.wait(at, times, sample);
    }

    /// Whether it happened lately.
    pub(super) fn knows(&self, what: &K) -> bool {
        self.counts.contains_key(what)
    }

    /// What happened often enough since the last time, at most so many, and with `paced` those whose time has come; what
    /// is over is forgotten, and what is not taken waits.
    pub(super) fn take(&mut self, now: Timestamp, paced: bool, most: usize) -> Vec<(K, Found<S>)> {
        let again = self.pace.again;
        let mut all = Vec::new();
        self.counts.retain(|what, count| {
            // A clock that steps back lets nothing wait longer than it would have.
            let rests = paced && (1..=again).contains(&count.rests.since(now));
            if count.tells() && !rests && all.len() < most {
                all.extend(count.waiting.take().map(|found| (what.clone(), found)));
                count.rests = now.plus(again);
            }
            let left = count.tells();
            count.due &= left;
            left || !count.is_over(now)
        });
        all
    }

    /// Takes back what could not be looked into: it is there again the next time.
    pub(super) fn give_back(&mut self, all: Vec<(K, Found<S>)>) {
        let pace = self.pace;
        for (what, found) in all {
            let (first, last) = (found.first, found.last);
            let count = self.counts.entry(what);
            let count = count.or_insert_with(|| Count::new(last, pace));
            // What came meanwhile is newer.
            count.waiting = Some(match count.waiting.take() {
                Some(newer) => found.and(newer),
                None => found,
            });
            (count.due, count.rests) = (true, first);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT_ONCE: Pace = Pace { first: 0, again: 0 };

    fn times(counts: &mut Counts<u8, u8>, now: i64) -> Vec<(u8, i64)> {
        let found = counts.take(Timestamp(now), true, MOST);
        let mut times: Vec<_> = found
            .into_iter()
            .map(|(what, found)| (what, found.times))
            .collect();
        times.sort_unstable();
        times
    }

    #[test]
    fn nobody_hears_of_less_than_the_threshold_within_a_window() {
        let mut counts = Counts::new(AT_ONCE);
        for at in 0..4 {
            counts.note(1, 5, Timestamp(at), 1, || 0);
            counts.note(2, 5, Timestamp(at * WINDOW / 3), 1, || 0);
        }
        assert_eq!(times(&mut counts, 5), []);
        counts.note(1, 5, Timestamp(WINDOW - 1), 1, || 0);
        counts.note(2, 5, Timestamp(WINDOW), 1, || 0);
        assert_eq!(times(&mut counts, WINDOW - 1), [(1, 5)]);
        // From then on each one counts.
        counts.note(1, 5, Timestamp(WINDOW - 1), 2, || 0);
        assert_eq!(times(&mut counts, WINDOW - 1), [(1, 2)]);
        counts.note(1, 5, Timestamp(WINDOW), 1, || 0);
        assert_eq!(times(&mut counts, WINDOW), []);
    }

    #[test]
    fn what_was_enough_is_told_though_its_window_has_passed() {
        let mut counts = Counts::new(AT_ONCE);
        counts.note(1, 5, Timestamp(0), 7, || 3);
        counts.note(1, 5, Timestamp(3 * WINDOW), 1, || 4);
        let found = counts.take(Timestamp(3 * WINDOW), true, MOST);
        let (_, found) = &found[0];
        assert_eq!(
            (found.first, found.last),
            (Timestamp(0), Timestamp(3 * WINDOW))
        );
        assert_eq!((found.times, found.sample), (8, 4));
        counts.note(1, 5, Timestamp(3 * WINDOW + 1), 1, || 4);
        assert_eq!(times(&mut counts, 3 * WINDOW + 1), [], "a new window");
    }

    #[test]
    fn what_is_given_back_is_there_again_with_what_came_meanwhile() {
        let mut counts = Counts::new(AT_ONCE);
        counts.note(1, 5, Timestamp(3), 5, || 1);
        let found = counts.take(Timestamp(3), true, MOST);
        assert_eq!(times(&mut counts, 4), []);
        counts.note(1, 5, Timestamp(7), 1, || 2);
        counts.give_back(found);
        let found = counts.take(Timestamp(WINDOW * 2), true, MOST);
        let (_, again) = &found[0];
        assert_eq!((again.first, again.last), (Timestamp(3), Timestamp(7)));
        assert_eq!((again.times, again.sample), (6, 2));
        assert!(!counts.knows(&1), "its window is over");
        counts.give_back(found);
        assert_eq!(times(&mut counts, WINDOW * 2), [(1, 6)]);
    }

    #[test]
    fn what_is_over_makes_room() {
        let mut counts = Counts::new(AT_ONCE);
        for what in 0..MOST + 10 {
            counts.note(what, 1, Timestamp(0), 1, || 0);
        }
        assert_eq!(counts.take(Timestamp(1), true, MOST).len(), MOST);
        assert_eq!(counts.counts.len(), MOST);
        counts.take(Timestamp(WINDOW), true, MOST);
        assert!(counts.counts.is_empty());
    }

    #[test]
    fn a_storm_is_told_at_once_and_then_at_its_pace_and_loses_nothing() {
        let mut counts = Counts::new(Pace {
            first: 0,
            again: 10_000,
        });
        let mut told = 0;
        for second in 0..=30 {
            let now = Timestamp(second * SECOND);
            counts.note(1, 5, now, 5, || second);
            for (_, found) in counts.take(now, true, MOST) {
                assert!(second % 10 == 0 && found.sample == second, "{second}");
                told += found.times;
            }
        }
        assert_eq!(told, 31 * 5);
        counts.note(1, 5, Timestamp(30 * SECOND), 1, || 0);
        assert_eq!(counts.take(Timestamp(30 * SECOND), true, MOST), []);
        // Whoever reads it now is told at once.
        assert_eq!(counts.take(Timestamp(30 * SECOND), false, MOST).len(), 1);
    }

    #[test]
    fn what_is_told_after_a_while_rests_and_is_told_though_its_window_has_passed() {
        let mut counts = Counts::new(Pace {
            first: 60_000,
            again: 60_000,
        });
        counts.note(1, 5, Timestamp(0), 5, || 0);
        assert_eq!(times(&mut counts, 59_999), []);
        assert_eq!(times(&mut counts, 60_000), [(1, 5)]);
        counts.note(1, 5, Timestamp(61_000), 1, || 0);
        assert_eq!(times(&mut counts, 100_000), []);
        assert_eq!(times(&mut counts, 3 * WINDOW), [(1, 1)]);
        assert!(!counts.knows(&1));
    }

    #[test]
    fn of_more_than_can_be_told_the_rest_waits() {
        let mut counts = Counts::new(AT_ONCE);
        for what in 0..10 {
            counts.note(what, 1, Timestamp(0), 1, || 0);
        }
        let mut told: Vec<i32> = Vec::new();
        for second in 1..=3 {
            let some = counts.take(Timestamp(second * WINDOW), true, 4);
            told.extend(some.into_iter().map(|(what, _)| what));
        }
        told.sort_unstable();
        assert_eq!(told, (0..10).collect::<Vec<_>>());
    }
}
