//! Axes.

use domain::time::{DAY, HOUR, MINUTE, Timestamp};

/// The numbers beside the vertical axis: from 0 upwards, at most five, the last at or above `highest`.
pub fn ticks(highest: i64) -> Vec<i64> {
    let step = step(highest.max(1));
    let mut ticks = vec![0];
    let mut last = 0;
    while last < highest.max(1) {
        last += step;
        ticks.push(last);
    }
    ticks
}

/// 1, 2 or 5 times a power of ten, so that four steps reach `highest`.
fn step(highest: i64) -> i64 {
    let mut power = 1;
    loop {
        for factor in [1, 2, 5] {
            if factor * power * 4 >= highest {
                return factor * power;
            }
        }
        power *= 10;
    }
}

/// A number short enough for an axis: `950`, `1.2k`, `3M`.
pub fn short(number: i64) -> String {
    let (unit, suffix) = match number {
        n if n >= 1_000_000 => (1_000_000, "M"),
        n if n >= 1_000 => (1_000, "k"),
        n => return n.to_string(),
    };
    let tenths = number * 10 / unit;
    if tenths % 10 == 0 {
        format!("{}{suffix}", tenths / 10)
    } else {
        format!("{}.{}{suffix}", tenths / 10, tenths % 10)
    }
}

/// The label under a bar of a chart over `length` milliseconds: the time of day over two days at most, else the day. `at`
/// is what the clocks of its zone show.
pub fn moment(length: i64, at: Timestamp) -> String {
    let text = at.readable();
    if length <= 2 * DAY {
        text.split(", ")
            .nth(1)
            .map(|time| time.trim_end_matches(" UTC").to_owned())
            .unwrap_or_default()
    } else {
        let mut words = text.split(' ');
        format!(
            "{} {}",
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default()
        )
    }
}

/// The span of one bar in words.
pub fn span(span: i64) -> String {
    match span {
        MINUTE => "minute".into(),
        HOUR => "hour".into(),
        DAY => "day".into(),
        b if b < HOUR => format!("{} min", b / MINUTE),
        b if b < DAY => format!("{} hours", b / HOUR),
        b => format!("{} days", b / DAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_reach_the_highest_bar() {
        assert_eq!(ticks(0), [0, 1]);
        assert_eq!(ticks(7), [0, 2, 4, 6, 8]);
        assert_eq!(ticks(1_000), [0, 500, 1_000]);
        for highest in [1, 3, 9, 10, 11, 99, 12_345, 9_999_999] {
            let ticks = ticks(highest);
            assert!(ticks.len() <= 5, "{ticks:?}");
            assert!(ticks.last().is_some_and(|last| *last >= highest));
        }
    }

    #[test]
    fn numbers_are_short_on_axes() {
        assert_eq!(
            [short(950), short(1_250), short(3_000_000)],
            ["950", "1.2k", "3M"]
        );
    }

    #[test]
    fn bars_are_named_in_words() {
        assert_eq!(
            [MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY, 7 * DAY].map(span),
            ["minute", "15 min", "hour", "6 hours", "day", "7 days"]
        );
        let at = Timestamp(1_795_442_709_123);
        assert_eq!(moment(DAY, at), "14:05");
        assert_eq!(moment(30 * DAY, at), "23 Nov");
    }
}
