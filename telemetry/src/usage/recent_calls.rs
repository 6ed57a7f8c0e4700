//! Accepted calls of the last minute by key.

use domain::{
    key::token::KeyId,
    time::{MINUTE, Timestamp},
};
use verification::KeyMap;

/// Milliseconds in a slot.
const SLOT: i64 = 5_000;
const SLOTS: usize = 12;

/// Accepted calls of the current and the previous minute, in slots of five seconds.
#[derive(Default)]
pub(crate) struct RecentCalls {
    minute: i64,
    current: KeyMap<[u32; SLOTS]>,
    before: KeyMap<[u32; SLOTS]>,
}

impl RecentCalls {
    /// Adds calls, the last of them at `at`. Called once a second and not for every call.
    pub(crate) fn add(&mut self, key: KeyId, calls: i64, at: Timestamp) {
        self.turn(at);
        let keys = match self.minute - at.0.div_euclid(MINUTE) {
            0 => &mut self.current,
            1 => &mut self.before,
            _ => return,
        };
        if let Some(known) = keys.entry(key).or_default().get_mut(slot(at)) {
            *known = known.saturating_add(u32::try_from(calls).unwrap_or(u32::MAX));
        }
    }

    /// Returns the accepted calls of the last 60 seconds, with the precision of a slot.
    pub(crate) fn of(&mut self, key: KeyId, now: Timestamp) -> i64 {
        let minute = now.0.div_euclid(MINUTE);
        if minute < self.minute - 1 {
            // The clock was set back: calls would not be added until it has caught up.
            *self = Self {
                minute,
                ..Self::default()
            };
        }
        self.turn(now);
        let here = slot(now);
        let sum = |slots: Option<&[u32; SLOTS]>, from: usize, to: usize| {
            slots
                .and_then(|slots| slots.get(from..to))
                .map_or(0, |slots| slots.iter().map(|calls| i64::from(*calls)).sum())
        };
        sum(self.current.get(&key), 0, here + 1) + sum(self.before.get(&key), here + 1, SLOTS)
    }

    fn turn(&mut self, now: Timestamp) {
        let minute = now.0.div_euclid(MINUTE);
        if minute > self.minute {
            let current = std::mem::take(&mut self.current);
            self.before = if minute == self.minute + 1 {
                current
            } else {
                KeyMap::default()
            };
            self.minute = minute;
        }
    }
}

fn slot(now: Timestamp) -> usize {
    usize::try_from(now.0.rem_euclid(MINUTE) / SLOT).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::key::Environment;

    #[test]
    fn a_call_is_counted_for_a_minute() {
        let key = KeyId::from_number(Environment::Live, 1);
        let start = Timestamp(1_000 * MINUTE + 52_000);
        let mut recent = RecentCalls::default();
        recent.add(key, 3, start);
        recent.add(key, 1, start.plus(20_000));
        assert_eq!(recent.of(key, start.plus(20_000)), 4);
        assert_eq!(recent.of(key, start.plus(50_000)), 4);
        assert_eq!(recent.of(key, start.plus(61_000)), 1);
        recent.add(key, 5, start);
        assert_eq!(recent.of(key, start.plus(61_000)), 1);
        assert_eq!(recent.of(key, start.plus(5 * MINUTE)), 0);
    }

    #[test]
    fn calls_are_counted_after_the_clock_was_set_back() {
        let key = KeyId::from_number(Environment::Live, 1);
        let start = Timestamp(1_000 * MINUTE);
        let mut recent = RecentCalls::default();
        recent.add(key, 3, start);
        let earlier = start.plus(-60 * MINUTE);
        assert_eq!(recent.of(key, earlier), 0);
        recent.add(key, 2, earlier);
        assert_eq!(recent.of(key, earlier), 2);
    }
}
