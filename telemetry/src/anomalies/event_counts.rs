//! Counts of recent observations. They are reported once a threshold is reached within a window.

use domain::{
    security::THRESHOLD_WINDOW,
    time::{SECOND, Timestamp},
};
use std::{collections::HashMap, hash::Hash};

/// Subjects that are counted. Further ones are not counted.
const MAX_SUBJECTS: usize = 50_000;

/// When observations are reported, in milliseconds.
#[derive(Clone, Copy)]
pub(super) struct ReportPace {
    /// After the first of them.
    pub(super) first: i64,
    /// After the previous report.
    pub(super) again: i64,
}

/// Counts of observations by subject, each with a sample of its last second.
pub(super) struct EventCounts<K, S> {
    counts: HashMap<K, EventCount<S>>,
    pace: ReportPace,
}

/// Observations that reached the threshold and are not reported yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Observed<S> {
    /// When the first one was made.
    pub(super) first: Timestamp,
    /// When the last one was made.
    pub(super) last: Timestamp,
    /// Their number.
    pub(super) times: i64,
    /// One of the last second.
    pub(super) sample: S,
    /// When the sample was taken.
    sampled: Timestamp,
}

impl<S> Observed<S> {
    /// Adds newer observations.
    fn plus(self, newer: Self) -> Self {
        Self {
            first: self.first.min(newer.first),
            last: self.last.max(newer.last),
            times: self.times.saturating_add(newer.times),
            ..newer
        }
    }
}

struct EventCount<S> {
    /// The start of the window.
    since: Timestamp,
    /// The number of observations within the window.
    within: i64,
    /// Whether the threshold was reached in this window.
    reached: bool,
    /// Observations that are not reported yet.
    pending: Option<Observed<S>>,
    /// Whether `pending` is to be reported whatever this window brings, since an earlier window reached the threshold.
    due: bool,
    /// No report before this instant.
    not_before: Timestamp,
}

impl<S> EventCount<S> {
    const fn new(since: Timestamp, pace: ReportPace) -> Self {
        Self {
            since,
            within: 0,
            reached: false,
            pending: None,
            due: false,
            not_before: since.plus(pace.first),
        }
    }

    fn is_over(&self, now: Timestamp) -> bool {
        // A clock that is set back starts a new window.
        !(0..THRESHOLD_WINDOW).contains(&now.since(self.since))
    }

    /// Whether there is something to report.
    const fn is_reportable(&self) -> bool {
        (self.reached || self.due) && self.pending.is_some()
    }

    fn observe(&mut self, at: Timestamp, times: i64, sample: impl FnOnce() -> S) {
        let Some(observed) = &mut self.pending else {
            self.pending = Some(Observed {
                first: at,
                last: at,
                times,
                sample: sample(),
                sampled: at,
            });
            return;
        };
        observed.first = observed.first.min(at);
        observed.last = observed.last.max(at);
        observed.times = observed.times.saturating_add(times);
        // One sample a second is enough under a storm.
        if at.since(observed.sampled) >= SECOND {
            (observed.sample, observed.sampled) = (sample(), at);
        }
    }
}

impl<K: Hash + Eq + Clone, S> EventCounts<K, S> {
    pub(super) fn new(pace: ReportPace) -> Self {
        Self {
            counts: HashMap::new(),
            pace,
        }
    }

    /// Counts equal observations of a subject; they are reported if there are `threshold` within a window.
    pub(super) fn add(
        &mut self,
        subject: K,
        threshold: i64,
        at: Timestamp,
        times: i64,
        sample: impl FnOnce() -> S,
    ) {
        if self.counts.len() >= MAX_SUBJECTS && !self.counts.contains_key(&subject) {
            return;
        }
        let pace = self.pace;
        let count = self.counts.entry(subject);
        let count = count.or_insert_with(|| EventCount::new(at, pace));
        if count.is_over(at) {
            count.due |= count.reached && count.pending.is_some();
            if !count.due {
                count.pending = None;
            }
            (count.since, count.within, count.reached) = (at, 0, false);
        }
        count.within = count.within.saturating_add(times);
        count.reached |= count.within >= threshold;
        count.observe(at, times, sample);
    }

    /// Whether there are recent observations of a subject.
    pub(super) fn contains(&self, subject: &K) -> bool {
        self.counts.contains_key(subject)
    }

    /// Takes up to `max` reportable observations, with `paced` only those whose time has come; the others stay. Counts of past windows
    /// are removed.
    pub(super) fn take(
        &mut self,
        now: Timestamp,
        paced: bool,
        max: usize,
    ) -> Vec<(K, Observed<S>)> {
        let again = self.pace.again;
        let mut all = Vec::new();
        self.counts.retain(|subject, count| {
            // A clock that is set back does not prolong the wait.
            let too_early = paced && (1..=again).contains(&count.not_before.since(now));
            if count.is_reportable() && !too_early && all.len() < max {
                all.extend(
                    count
                        .pending
                        .take()
                        .map(|observed| (subject.clone(), observed)),
                );
                count.not_before = now.plus(again);
            }
            let left = count.is_reportable();
            count.due &= left;
            left || !count.is_over(now)
        });
        all
    }

    /// Returns observations that could not be examined.
    pub(super) fn put_back(&mut self, all: Vec<(K, Observed<S>)>) {
        let pace = self.pace;
        for (subject, observed) in all {
            let (first, last) = (observed.first, observed.last);
            let count = self.counts.entry(subject);
            let count = count.or_insert_with(|| EventCount::new(last, pace));
            // Observations since then are newer.
            count.pending = Some(match count.pending.take() {
                Some(newer) => observed.plus(newer),
                None => observed,
            });
            (count.due, count.not_before) = (true, first);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMMEDIATELY: ReportPace = ReportPace { first: 0, again: 0 };

    fn times(counts: &mut EventCounts<u8, u8>, now: i64) -> Vec<(u8, i64)> {
        let found = counts.take(Timestamp(now), true, MAX_SUBJECTS);
        let mut times: Vec<_> = found
            .into_iter()
            .map(|(what, found)| (what, found.times))
            .collect();
        times.sort_unstable();
        times
    }

    #[test]
    fn observations_below_the_threshold_within_a_window_are_not_reported() {
        let mut counts = EventCounts::new(IMMEDIATELY);
        for at in 0..4 {
            counts.add(1, 5, Timestamp(at), 1, || 0);
            counts.add(2, 5, Timestamp(at * THRESHOLD_WINDOW / 3), 1, || 0);
        }
        assert_eq!(times(&mut counts, 5), []);
        counts.add(1, 5, Timestamp(THRESHOLD_WINDOW - 1), 1, || 0);
        counts.add(2, 5, Timestamp(THRESHOLD_WINDOW), 1, || 0);
        assert_eq!(times(&mut counts, THRESHOLD_WINDOW - 1), [(1, 5)]);
        // From then on every observation is reported.
        counts.add(1, 5, Timestamp(THRESHOLD_WINDOW - 1), 2, || 0);
        assert_eq!(times(&mut counts, THRESHOLD_WINDOW - 1), [(1, 2)]);
        counts.add(1, 5, Timestamp(THRESHOLD_WINDOW), 1, || 0);
        assert_eq!(times(&mut counts, THRESHOLD_WINDOW), []);
    }

    #[test]
    fn observations_that_reached_the_threshold_are_reported_after_their_window() {
        let mut counts = EventCounts::new(IMMEDIATELY);
        counts.add(1, 5, Timestamp(0), 7, || 3);
        counts.add(1, 5, Timestamp(3 * THRESHOLD_WINDOW), 1, || 4);
        let found = counts.take(Timestamp(3 * THRESHOLD_WINDOW), true, MAX_SUBJECTS);
        let (_, found) = &found[0];
        assert_eq!(
            (found.first, found.last),
            (Timestamp(0), Timestamp(3 * THRESHOLD_WINDOW))
        );
        assert_eq!((found.times, found.sample), (8, 4));
        counts.add(1, 5, Timestamp(3 * THRESHOLD_WINDOW + 1), 1, || 4);
        assert_eq!(
            times(&mut counts, 3 * THRESHOLD_WINDOW + 1),
            [],
            "a new window"
        );
    }

    #[test]
    fn returned_observations_are_reported_again_with_newer_ones() {
        let mut counts = EventCounts::new(IMMEDIATELY);
        counts.add(1, 5, Timestamp(3), 5, || 1);
        let found = counts.take(Timestamp(3), true, MAX_SUBJECTS);
        assert_eq!(times(&mut counts, 4), []);
        counts.add(1, 5, Timestamp(7), 1, || 2);
        counts.put_back(found);
        let found = counts.take(Timestamp(THRESHOLD_WINDOW * 2), true, MAX_SUBJECTS);
        let (_, again) = &found[0];
        assert_eq!((again.first, again.last), (Timestamp(3), Timestamp(7)));
        assert_eq!((again.times, again.sample), (6, 2));
        assert!(!counts.contains(&1), "its window is over");
        counts.put_back(found);
        assert_eq!(times(&mut counts, THRESHOLD_WINDOW * 2), [(1, 6)]);
    }

    #[test]
    fn past_windows_make_room() {
        let mut counts = EventCounts::new(IMMEDIATELY);
        for what in 0..MAX_SUBJECTS + 10 {
            counts.add(what, 1, Timestamp(0), 1, || 0);
        }
        assert_eq!(
            counts.take(Timestamp(1), true, MAX_SUBJECTS).len(),
            MAX_SUBJECTS
        );
        assert_eq!(counts.counts.len(), MAX_SUBJECTS);
        counts.take(Timestamp(THRESHOLD_WINDOW), true, MAX_SUBJECTS);
        assert!(counts.counts.is_empty());
    }

    #[test]
    fn a_storm_is_reported_immediately_then_at_its_pace_and_completely() {
        let mut counts = EventCounts::new(ReportPace {
            first: 0,
            again: 10_000,
        });
        let mut reported = 0;
        for second in 0..=30 {
            let now = Timestamp(second * SECOND);
            counts.add(1, 5, now, 5, || second);
            for (_, found) in counts.take(now, true, MAX_SUBJECTS) {
                assert!(second % 10 == 0 && found.sample == second, "{second}");
                reported += found.times;
            }
        }
        assert_eq!(reported, 31 * 5);
        counts.add(1, 5, Timestamp(30 * SECOND), 1, || 0);
        assert_eq!(counts.take(Timestamp(30 * SECOND), true, MAX_SUBJECTS), []);
        // Without `paced` it is reported immediately.
        assert_eq!(
            counts
                .take(Timestamp(30 * SECOND), false, MAX_SUBJECTS)
                .len(),
            1
        );
    }

    #[test]
    fn a_delayed_event_is_reported_after_its_window() {
        let mut counts = EventCounts::new(ReportPace {
            first: 60_000,
            again: 60_000,
        });
        counts.add(1, 5, Timestamp(0), 5, || 0);
        assert_eq!(times(&mut counts, 59_999), []);
        assert_eq!(times(&mut counts, 60_000), [(1, 5)]);
        counts.add(1, 5, Timestamp(61_000), 1, || 0);
        assert_eq!(times(&mut counts, 100_000), []);
        assert_eq!(times(&mut counts, 3 * THRESHOLD_WINDOW), [(1, 1)]);
        assert!(!counts.contains(&1));
    }

    #[test]
    fn observations_beyond_the_maximum_stay() {
        let mut counts = EventCounts::new(IMMEDIATELY);
        for what in 0..10 {
            counts.add(what, 1, Timestamp(0), 1, || 0);
        }
        let mut reported: Vec<i32> = Vec::new();
        for second in 1..=3 {
            let some = counts.take(Timestamp(second * THRESHOLD_WINDOW), true, 4);
            reported.extend(some.into_iter().map(|(what, _)| what));
        }
        reported.sort_unstable();
        assert_eq!(reported, (0..10).collect::<Vec<_>>());
    }
}
