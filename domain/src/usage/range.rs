//! What a chart covers.

use super::Window;
use crate::{
    Invalid,
    time::{DAY, HOUR, MINUTE, Timestamp},
};
use serde::{Deserialize, Serialize};

/// Bars of a range of one's own, at most.
const MOST_BARS: i64 = 124;

/// How far back numbers reach by the minute, the hour and the day, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// By the minute.
    pub minutes: i64,
    /// By the hour.
    pub hours: i64,
    /// By the day.
    pub days: i64,
}

/// Bars over time, all of one span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// The window that it is, where it is no range of one's own.
    pub window: Option<Window>,
    /// The beginning of the first bar.
    pub start: Timestamp,
    /// Milliseconds of a bar.
    pub span: i64,
    /// How many there are.
    pub bars: usize,
    /// Milliseconds of the stored counts that a bar is summed from.
    pub level: i64,
}

impl Range {
    /// The window that ends now.
    pub const fn of(window: Window, now: Timestamp) -> Self {
        Self {
            window: Some(window),
            start: window.start(now),
            span: window.bucket(),
            bars: window.bars(),
            level: window.level(),
        }
    }

    /// From one instant to another, in the finest bars that numbers are kept for and a chart has room for. What is not kept
    /// any more is left out, and so is what has not happened.
    ///
    /// # Errors
    /// A sentence where it ends before it begins, or nothing of it is kept.
    pub fn between(
        from: Timestamp,
        until: Timestamp,
        now: Timestamp,
        kept: Kept,
    ) -> Result<Self, Invalid> {
        if until <= from {
            return Err(Invalid::new("The range ends before it begins."));
        }
        if from > now {
            return Err(Invalid::new("The range has not begun yet."));
        }
        let oldest = now.floor(DAY).plus(-kept.days);
        if until <= oldest {
            return Err(Invalid::new(format!(
                "Nothing is kept of that time any more: usage is kept for {} days.",
                kept.days / DAY
            )));
        }
        let from = from.max(oldest);
        let until = until.min(now.floor(MINUTE).plus(MINUTE));
        let reaches = |span: i64, kept: i64| from >= now.floor(span).plus(-kept);
        let candidates = [
            (MINUTE, kept.minutes, 15 * MINUTE),
            (MINUTE, kept.minutes, 30 * MINUTE),
            (HOUR, kept.hours, HOUR),
            (HOUR, kept.hours, 2 * HOUR),
            (HOUR, kept.hours, 6 * HOUR),
            (DAY, kept.days, DAY),
        ];
        let bars_of = |level: i64, span: i64| {
            let length = until.since(from.floor(level)).max(1);
            (length + span - 1) / span
        };
        let (level, span) = candidates
            .into_iter()
            .find(|(level, kept, span)| {
                reaches(*level, *kept) && bars_of(*level, *span) <= MOST_BARS
            })
            .map_or((DAY, 7 * DAY), |(level, _, span)| (level, span));
        Ok(Self {
            window: None,
            start: from.floor(level),
            span,
            bars: usize::try_from(bars_of(level, span)).unwrap_or(1),
            level,
        })
    }

    /// The end of the last bar.
    pub fn end(self) -> Timestamp {
        let bars = i64::try_from(self.bars).unwrap_or_default();
        self.start.plus(bars.saturating_mul(self.span))
    }

    /// The bar that an instant is in.
    pub fn place(self, at: Timestamp) -> Option<usize> {
        let place = at.since(self.start).div_euclid(self.span);
        usize::try_from(place)
            .ok()
            .filter(|place| *place < self.bars)
    }

    /// When each bar begins.
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
    const KEPT: Kept = Kept {
        minutes: 48 * HOUR,
        hours: 90 * DAY,
        days: 400 * DAY,
    };

    fn days(from: i64, until: i64) -> Result<Range, Invalid> {
        let day = |n: i64| NOW.floor(DAY).plus(n * DAY);
        Range::between(day(from), day(until), NOW, KEPT)
    }

    #[test]
    fn a_range_has_the_finest_bars_that_are_kept_and_fit() {
        for (from, until, level, span, bars) in [
            (0, 1, MINUTE, 15 * MINUTE, 57),
            (-1, 0, MINUTE, 15 * MINUTE, 96),
            (-1, 1, MINUTE, 30 * MINUTE, 77),
            (-5, -4, HOUR, HOUR, 24),
            (-9, 0, HOUR, 2 * HOUR, 108),
            (-30, 0, HOUR, 6 * HOUR, 120),
            (-100, -98, DAY, DAY, 2),
            (-90, 1, DAY, DAY, 91),
            (-400, 1, DAY, 7 * DAY, 58),
            (-4_000, -399, DAY, DAY, 1),
        ] {
            let range = days(from, until).expect("a range");
            assert_eq!(
                (range.level, range.span, range.bars),
                (level, span, bars),
                "{from} to {until}"
            );
            assert_eq!(range.start.0 % level, 0);
        }
    }

    #[test]
    fn a_range_that_cannot_be_shown_says_why() {
        for (from, until, why) in [
            (0, 0, "before it begins"),
            (0, -1, "before it begins"),
            (1, 2, "not begun"),
            (-500, -400, "kept for 400 days"),
        ] {
            let error = days(from, until).expect_err("no range");
            assert!(error.to_string().contains(why), "{error}");
        }
        let all = Range::between(Timestamp(i64::MIN), Timestamp(i64::MAX), NOW, KEPT);
        assert_eq!(all.expect("what is kept").bars, 58);
    }

    #[test]
    fn an_instant_is_in_one_bar() {
        let range = Range::of(Window::Day, NOW);
        assert_eq!(range.place(NOW), Some(95));
        assert_eq!(range.place(range.start.plus(-1)), None);
        assert_eq!(range.place(range.end()), None);
        assert_eq!(range.times().last(), Some(range.end().plus(-range.span)));
    }
}
