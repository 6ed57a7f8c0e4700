//! How often something happened lately, by what it was. Below a threshold nobody hears of it.

use domain::{security::WINDOW, time::Timestamp};
use std::{collections::HashMap, hash::Hash};

/// Things that are counted at once. What finds no room is not counted.
const MOST: usize = 50_000;

/// Counts of things of the kind `K`, each with the last sample of it.
pub(super) struct Counts<K, S>(HashMap<K, Count<S>>);

impl<K, S> Default for Counts<K, S> {
    fn default() -> Self {
        Self(HashMap::new())
    }
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
    /// The last of them.
    pub(super) sample: S,
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
}

impl<S> Count<S> {
    const fn new(since: Timestamp) -> Self {
        Self {
            since,
            within: 0,
            enough: false,
            waiting: None,
            due: false,
        }
    }

    fn is_over(&self, now: Timestamp) -> bool {
        // A clock that steps back begins anew.
        !(0..WINDOW).contains(&now.since(self.since))
    }

    fn wait(&mut self, new: Found<S>) {
        self.waiting = Some(match self.waiting.take() {
            None => new,
            Some(old) => Found {
                first: old.first.min(new.first),
                last: old.last.max(new.last),
                times: old.times.saturating_add(new.times),
                sample: new.sample,
            },
        });
    }
}

impl<K: Hash + Eq + Clone, S: Clone> Counts<K, S> {
    /// Counts so many of the same thing, of which `threshold` within a window are enough.
    pub(super) fn note(&mut self, what: K, threshold: i64, at: Timestamp, times: i64, sample: &S) {
        if self.0.len() >= MOST && !self.0.contains_key(&what) {
            return;
        }
        let count = self.0.entry(what).or_insert_with(|| Count::new(at));
        if count.is_over(at) {
            count.due |= count.enough && count.waiting.is_some();
            if !count.due {
                count.waiting = None;
            }
            (count.since, count.within, count.enough) = (at, 0, false);
        }
        count.within = count.within.saturating_add(times);
        count.enough |= count.within >= threshold;
        count.wait(Found {
            first: at,
            last: at,
            times,
            sample: sample.clone(),
        });
    }

    /// Whether it happened lately.
    pub(super) fn knows(&self, what: &K) -> bool {
        self.0.contains_key(what)
    }

    /// What happened often enough since the last time; what is over is forgotten.
    pub(super) fn take(&mut self, now: Timestamp) -> Vec<(K, Found<S>)> {
        let mut all = Vec::new();
        self.0.retain(|what, count| {
            if (count.enough || count.due)
                && let Some(found) = count.waiting.take()
            {
                all.push((what.clone(), found));
            }
            count.due = false;
            !count.is_over(now)
        });
        all
    }

    /// Takes back what could not be looked into: it is there again the next time.
    pub(super) fn give_back(&mut self, all: Vec<(K, Found<S>)>) {
        for (what, found) in all {
            let count = self.0.entry(what).or_insert_with(|| Count::new(found.last));
            // What came meanwhile is newer.
            let newer = count.waiting.replace(found);
            if let Some(newer) = newer {
                count.wait(newer);
            }
            count.due = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(counts: &mut Counts<u8, u8>, now: i64) -> Vec<(u8, i64)> {
        let found = counts.take(Timestamp(now));
        let mut times: Vec<_> = found
            .into_iter()
            .map(|(what, found)| (what, found.times))
            .collect();
        times.sort_unstable();
        times
    }

    #[test]
    fn nobody_hears_of_less_than_the_threshold_within_a_window() {
        let mut counts = Counts::default();
        for at in 0..4 {
            counts.note(1, 5, Timestamp(at), 1, &0);
            counts.note(2, 5, Timestamp(at * WINDOW / 3), 1, &0);
        }
        assert_eq!(times(&mut counts, 5), []);
        counts.note(1, 5, Timestamp(WINDOW - 1), 1, &0);
        counts.note(2, 5, Timestamp(WINDOW), 1, &0);
        assert_eq!(times(&mut counts, WINDOW - 1), [(1, 5)]);
        // From then on each one counts.
        counts.note(1, 5, Timestamp(WINDOW - 1), 2, &0);
        assert_eq!(times(&mut counts, WINDOW - 1), [(1, 2)]);
        counts.note(1, 5, Timestamp(WINDOW), 1, &0);
        assert_eq!(times(&mut counts, WINDOW), []);
    }

    #[test]
    fn what_was_enough_is_told_though_its_window_has_passed() {
        let mut counts = Counts::default();
        counts.note(1, 5, Timestamp(0), 7, &3);
        counts.note(1, 5, Timestamp(3 * WINDOW), 1, &4);
        let found = counts.take(Timestamp(3 * WINDOW));
        let (_, found) = &found[0];
        assert_eq!(
            (found.first, found.last),
            (Timestamp(0), Timestamp(3 * WINDOW))
        );
        assert_eq!((found.times, found.sample), (8, 4));
        counts.note(1, 5, Timestamp(3 * WINDOW + 1), 1, &4);
        assert_eq!(times(&mut counts, 3 * WINDOW + 1), [], "a new window");
    }

    #[test]
    fn what_is_given_back_is_there_again_with_what_came_meanwhile() {
        let mut counts = Counts::default();
        counts.note(1, 5, Timestamp(3), 5, &1);
        let found = counts.take(Timestamp(3));
        assert_eq!(times(&mut counts, 4), []);
        counts.note(1, 5, Timestamp(7), 1, &2);
        counts.give_back(found);
        let found = counts.take(Timestamp(WINDOW * 2));
        let (_, again) = &found[0];
        assert_eq!((again.first, again.last), (Timestamp(3), Timestamp(7)));
        assert_eq!((again.times, again.sample), (6, 2));
        assert!(!counts.knows(&1), "its window is over");
        counts.give_back(found);
        assert_eq!(times(&mut counts, WINDOW * 2), [(1, 6)]);
    }

    #[test]
    fn what_is_over_makes_room() {
        let mut counts = Counts::default();
        for what in 0..MOST + 10 {
            counts.note(what, 1, Timestamp(0), 1, &0);
        }
        assert_eq!(counts.take(Timestamp(1)).len(), MOST);
        assert_eq!(counts.0.len(), MOST);
        counts.take(Timestamp(WINDOW));
        assert!(counts.0.is_empty());
    }
}
