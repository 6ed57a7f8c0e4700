//! The time range of a chart.

use super::{Level, Window};
use crate::{
    Invalid,
    time::{DAY, HOUR, MINUTE, Timestamp},
};
use serde::{Deserialize, Serialize};

/// Maximum bars of a custom range.
const MAX_BARS: i64 = 124;

/// Retention periods of the usage rollups, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct UsageRetention {
    pub minutes: i64,
    pub hours: i64,
    pub days: i64,
}

/// A range of equal bars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChartRange {
    /// The window, or `None` for a custom range.
    pub window: Option<Window>,
    /// The start of the first bar.
    pub start: Timestamp,
    /// The length of a bar in milliseconds.
    pub span: i64,
    /// The number of bars.
    pub bars: usize,
    /// The rollup level from which the bars are summed.
    pub level: Level,
}

impl ChartRange {
    /// Returns the range of a window that ends now.
    pub const fn of(window: Window, now: Timestamp) -> Self {
        Self {
            window: Some(window),
            start: window.start(now),
            span: window.bucket(),
            bars: window.bars(),
            level: window.level(),
        }
    }

    /// Returns a custom range with the finest bars that the retention and [`MAX_BARS`] allow. The parts before the retention
    /// period and in the future are cut off.
    ///
    /// # Errors
    /// If the range ends before it starts, is in the future, or lies before the retention period.
    pub fn between(
        from: Timestamp,
        until: Timestamp,
        now: Timestamp,
        retention: UsageRetention,
    ) -> Result<Self, Invalid> {
        if until <= from {
            return Err(Invalid::new("The end is before the start."));
        }
        if from > now {
            return Err(Invalid::new("The range is in the future."));
        }
        let oldest = now.floor(DAY).plus(-retention.days);
        if until <= oldest {
            return Err(Invalid::new(format!(
                "Usage is kept for {} days.",
                retention.days / DAY
            )));
        }
        let from = from.max(oldest);
        let until = until.min(now.floor(MINUTE).plus(MINUTE));
        let is_retained = |level: Level, period: i64| from >= now.floor(level.ms()).plus(-period);
        let candidates = [
            (Level::Minute, retention.minutes, 15 * MINUTE),
            (Level::Minute, retention.minutes, 30 * MINUTE),
            (Level::Hour, retention.hours, HOUR),
            (Level::Hour, retention.hours, 2 * HOUR),
            (Level::Hour, retention.hours, 6 * HOUR),
            (Level::Day, retention.days, DAY),
        ];
        let bars_of = |level: Level, span: i64| {
            let length = until.since(from.floor(level.ms())).max(1);
            (length + span - 1) / span
        };
        let (level, span) = candidates
            .into_iter()
            .find(|(level, period, span)| {
                is_retained(*level, *period) && bars_of(*level, *span) <= MAX_BARS
            })
            .map_or((Level::Day, 7 * DAY), |(level, _, span)| (level, span));
        Ok(Self {
            window: None,
            start: from.floor(level.ms()),
            span,
            bars: usize::try_from(bars_of(level, span)).unwrap_or(1),
            level,
        })
    }

    /// Returns the end of the last bar.
    pub fn end(self) -> Timestamp {
        let bars = i64::try_from(self.bars).unwrap_or_default();
        self.start.plus(bars.saturating_mul(self.span))
    }

    /// Returns the period of the same length before a window, as one bar; `None` for a custom range.
    pub fn before(self) -> Option<Self> {
        self.window?;
        let length = self.end().since(self.start);
        let level = if length > HOUR {
            // Minutes may be pruned after 25 hours.
            self.level.max(Level::Hour)
        } else {
            self.level
        };
        Some(Self {
            window: None,
            start: self.start.floor(level.ms()).plus(-length),
            span: length,
            bars: 1,
            level,
        })
    }

    /// Returns the index of the bar that contains an instant.
    pub fn bar_index(self, at: Timestamp) -> Option<usize> {
        let index = at.since(self.start).div_euclid(self.span);
        usize::try_from(index)
            .ok()
            .filter(|index| *index < self.bars)
    }

    /// Iterates over the start times of the bars.
    pub fn times(self) -> impl Iterator<Item = Timestamp> {
        (0_i64..)
            .take(self.bars)
            .map(move |n| self.start.plus(n * self.span))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(20_000 * DAY + 14 * HOUR + 5 * MINUTE + 7);
    const RETENTION: UsageRetention = UsageRetention {
        minutes: 48 * HOUR,
        hours: 90 * DAY,
        days: 400 * DAY,
    };

    fn days(from: i64, until: i64) -> Result<ChartRange, Invalid> {
        let day = |n: i64| NOW.floor(DAY).plus(n * DAY);
        ChartRange::between(day(from), day(until), NOW, RETENTION)
    }

    #[test]
    fn a_custom_range_has_the_finest_bars_that_are_retained_and_fit() {
        for (from, until, level, span, bars) in [
            (0, 1, Level::Minute, 15 * MINUTE, 57),
            (-1, 0, Level::Minute, 15 * MINUTE, 96),
            (-1, 1, Level::Minute, 30 * MINUTE, 77),
            (-5, -4, Level::Hour, HOUR, 24),
            (-9, 0, Level::Hour, 2 * HOUR, 108),
            (-30, 0, Level::Hour, 6 * HOUR, 120),
            (-100, -98, Level::Day, DAY, 2),
            (-90, 1, Level::Day, DAY, 91),
            (-400, 1, Level::Day, 7 * DAY, 58),
            (-4_000, -399, Level::Day, DAY, 1),
        ] {
            let range = days(from, until).expect("a range");
            assert_eq!(
                (range.level, range.span, range.bars),
                (level, span, bars),
                "{from} to {until}"
            );
            assert_eq!(range.start.0 % level.ms(), 0);
        }
    }

    #[test]
    fn an_invalid_range_is_an_error_with_its_reason() {
        for (from, until, why) in [
            (0, 0, "before the start"),
            (0, -1, "before the start"),
            (1, 2, "in the future"),
            (-500, -400, "kept for 400 days"),
        ] {
            let error = days(from, until).expect_err("no range");
            assert!(error.to_string().contains(why), "{error}");
        }
        let all = ChartRange::between(Timestamp(i64::MIN), Timestamp(i64::MAX), NOW, RETENTION);
        assert_eq!(all.expect("the retained part").bars, 58);
    }

    #[test]
    fn a_window_is_compared_with_the_period_before_it() {
        for (window, level) in [
            (Window::Hour, Level::Minute),
            (Window::Day, Level::Hour),
            (Window::Week, Level::Hour),
            (Window::Quarter, Level::Day),
        ] {
            let range = ChartRange::of(window, NOW);
            let before = range.before().expect("a window");
            assert_eq!(before.level, level);
            let length = range.end().since(range.start);
            assert_eq!(before.end().since(before.start), length);
            let gap = range.start.since(before.end());
            assert!((0..level.ms()).contains(&gap), "{gap}");
            assert_eq!(before.before(), None);
        }
    }

    #[test]
    fn an_instant_in_the_range_is_in_one_bar() {
        let range = ChartRange::of(Window::Day, NOW);
        assert_eq!(range.bar_index(NOW), Some(95));
        assert_eq!(range.bar_index(range.start.plus(-1)), None);
        assert_eq!(range.bar_index(range.end()), None);
        assert_eq!(range.times().last(), Some(range.end().plus(-range.span)));
    }

    #[test]
    fn bars_of_a_custom_range_cover_its_last_part_of_a_bar() {
        let start = NOW.floor(DAY).plus(-5 * DAY);
        for (length, bars) in [(1, 1), (HOUR, 1), (HOUR + 1, 2), (124 * HOUR, 124)] {
            let range = ChartRange::between(start, start.plus(length), NOW, RETENTION);
            let range = range.expect("a range");
            let expected = (bars, HOUR, Level::Hour, None);
            assert_eq!(
                (range.bars, range.span, range.level, range.window),
                expected
            );
            assert_eq!(
                range.end(),
                start.plus(HOUR * i64::try_from(bars).expect("small"))
            );
        }
    }

    #[test]
    fn a_range_that_starts_now_has_begun() {
        assert!(ChartRange::between(NOW, NOW.plus(1), NOW, RETENTION).is_ok());
        assert!(ChartRange::between(NOW.plus(1), NOW.plus(2), NOW, RETENTION).is_err());
    }

    #[test]
    fn a_range_uses_the_levels_that_reach_back_to_its_start() {
        let level = |from: Timestamp| {
            let range = ChartRange::between(from, from.plus(HOUR), NOW, RETENTION);
            range.expect("a range").level
        };
        let minutes = NOW.floor(MINUTE).plus(-RETENTION.minutes);
        assert_eq!(
            (level(minutes), level(minutes.plus(-1))),
            (Level::Minute, Level::Hour)
        );
        let hours = NOW.floor(HOUR).plus(-RETENTION.hours);
        assert_eq!(
            (level(hours), level(hours.plus(-1))),
            (Level::Hour, Level::Day)
        );
    }
}
