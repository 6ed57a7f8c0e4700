//! Charts and their figures.

use crate::chart::scale::grouped;

/// The choice of a window.
pub const TIME: &str = "Time";
/// A range of one's own.
pub const CUSTOM: &str = "Custom range";
/// Its first day.
pub const FROM: &str = "From";
/// Its last day.
pub const UNTIL: &str = "Until";
/// Follows the two.
pub const SHOW: &str = "Show";
/// Before what is wrong with a range.
pub const NOT_SHOWN: &str = "This range cannot be shown.";
/// Behind it.
pub const INSTEAD: &str = "Below are the last 24 hours.";
/// The switch of zones.
pub const IN_UTC: &str = "Show times in UTC";
/// And back.
pub const IN_ZONE: &str = "Show times in the application’s zone";
/// The chart's numbers as a file.
pub const CSV: &str = "Export numbers (CSV)";
/// What they are made of, as a file.
pub const BREAKDOWN_CSV: &str = "Export breakdown (CSV)";

/// Beneath a chart.
pub const ACCEPTED: &str = "Accepted";
/// Likewise.
pub const REFUSED: &str = "Refused";
/// Likewise.
pub const LIMITED: &str = "Rate limited";
/// Beneath a chart of answers.
pub const SUCCEEDED: &str = "Succeeded";
/// Likewise.
pub const FAILED_4XX: &str = "Failed with 4xx";
/// Likewise.
pub const FAILED_5XX: &str = "Failed with 5xx";
/// The title of that chart.
pub const ANSWERS: &str = "Answers that services reported";
/// The last bar, while time goes on.
pub const RUNNING: &str = "Still counting";
/// Over the list of changes.
pub const CHANGES: &str = "Changes in this time";
/// The column of changes.
pub const CHANGED: &str = "Changed";
/// Where nothing was counted.
pub const NO_CALLS: &str = "No calls in this time.";
/// Beside the numbers.
pub const TABLE: &str = "Show as a table";

/// What a change is called beneath a chart.
pub fn mark(phrase: &str) -> String {
    let mut letters = phrase.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// A label in the middle of a sentence.
pub fn within_a_sentence(label: &str) -> String {
    let mut letters = label.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}

/// The share of calls that did not pass.
pub const REFUSAL_RATE: &str = "Refusal rate";
/// The share of answers with 500 or more.
pub const ERROR_RATE: &str = "API error rate (5xx)";
/// The share of answers with 400 to 499.
pub const CLIENT_ERRORS: &str = "Client errors (4xx)";
/// How long answers took.
pub const LATENCY: &str = "Answer time";
/// Where no service reports.
pub const NOT_REPORTED: &str = "not reported";

/// Says of what a share is one.
pub fn share(part: i64, whole: i64) -> String {
    match (part, whole) {
        (_, 0) => "no calls".into(),
        (part, whole) if whole < 20 => format!("{part} of {whole}"),
        (0, _) => "0%".into(),
        (part, whole) => match part.saturating_mul(1_000) / whole {
            0 => "under 0.1%".into(),
            tenths => format!("{}.{}%", tenths / 10, tenths % 10),
        },
    }
}

/// Behind a percentage: of what it is one.
pub fn denominator(whole: i64, reported: bool) -> String {
    let what = match (reported, whole) {
        (false, 1) => "call",
        (false, _) => "calls",
        (true, 1) => "reported call",
        (true, _) => "reported calls",
    };
    if whole == 0 {
        String::new()
    } else if whole < 20 {
        what.into()
    } else {
        format!("of {} {what}", grouped(whole))
    }
}

/// Half of the calls were answered within `half` milliseconds, and nearly all within `most`; nothing is more than five
/// seconds.
pub fn within(half: Option<i64>, most: Option<i64>) -> String {
    let words = |bound| match bound {
        None => "more than 5 s".into(),
        Some(ms) if ms >= 1_000 => format!("{} s", ms / 1_000),
        Some(ms) => format!("{ms} ms"),
    };
    format!(
        "on average, half within {}, 95% within {}",
        words(half),
        words(most)
    )
}

/// The chart's bars, for readers.
pub const BARS: &str = "Bars of the chart: the arrow keys go from one to the next";
/// What to do with them.
pub const READ_BARS: &str = "Point at a bar, or go to it with the arrow keys, to read it.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_calls_have_no_percentage() {
        assert_eq!(share(3, 12), "3 of 12");
        assert_eq!(share(0, 0), "no calls");
        assert_eq!(share(0, 20), "0%");
        assert_eq!(share(1, 2_000), "under 0.1%");
        assert_eq!(share(25, 1_000), "2.5%");
        assert_eq!(denominator(12, true), "reported calls");
        assert_eq!(denominator(1_234, false), "of 1,234 calls");
    }

    #[test]
    fn times_are_said_in_their_unit() {
        let words = within(Some(250), Some(5_000));
        assert_eq!(words, "on average, half within 250 ms, 95% within 5 s");
        assert!(within(None, None).ends_with("95% within more than 5 s"));
    }
}
