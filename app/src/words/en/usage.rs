//! Charts and figures of requests.

use crate::chart::scale::grouped;

/// The accessible name of the time ranges.
pub const TIME: &str = "Time range";
pub const CUSTOM: &str = "Custom range";
pub const FROM: &str = "From";
pub const UNTIL: &str = "To";
pub const SHOW: &str = "Show";
/// Followed by the error and [`INSTEAD`].
pub const NOT_SHOWN: &str = "This range can't be shown.";
pub const INSTEAD: &str = "Showing the last 24 hours instead.";
pub const IN_UTC: &str = "Show times in UTC";
pub const IN_ZONE: &str = "Show times in the application's time zone";
pub const CSV: &str = "Export chart (CSV)";
pub const BREAKDOWN_CSV: &str = "Export breakdown (CSV)";

pub const ACCEPTED: &str = "Accepted";
pub const REFUSED: &str = "Denied";
pub const LIMITED: &str = "Rate limited";
pub const SUCCEEDED: &str = "Succeeded";
pub const FAILED_4XX: &str = "Failed with 4xx";
pub const FAILED_5XX: &str = "Failed with 5xx";
/// The title of the chart, followed by the span of a bar.
pub const ANSWERS: &str = "Upstream responses";
/// The legend of the last bar while its period lasts.
pub const RUNNING: &str = "In progress";
pub const CHANGES: &str = "Changes in this period";
/// The column of changes in the data table.
pub const CHANGED: &str = "Changes";
/// The column of times in the data table.
pub const START: &str = "Start";
pub const NO_CALLS: &str = "No requests in this period.";
pub const TABLE: &str = "Data table";

/// The span of a bar and the time zone, after the title of a chart: `per hour (UTC)`.
pub fn per(span: &str, zone: &str) -> String {
    format!("per {span} ({zone})")
}

/// A phrase with a capital letter.
pub fn mark(phrase: &str) -> String {
    let mut letters = phrase.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// A label without its capital letter.
pub fn within_a_sentence(label: &str) -> String {
    let mut letters = label.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}

/// The share of denied and rate limited requests.
pub const REFUSAL_RATE: &str = "Denial rate";
/// The share of upstream responses with a status of 500 or more.
pub const ERROR_RATE: &str = "Server errors (5xx)";
/// The share of upstream responses with a status from 400 to 499.
pub const CLIENT_ERRORS: &str = "Client errors (4xx)";
pub const LATENCY: &str = "Latency";
pub const NOT_REPORTED: &str = "Not reported";

/// The share of `part` in `whole`; fewer than 20 requests have no percentage.
pub fn share(part: i64, whole: i64) -> String {
    match (part, whole) {
        (_, 0) => "No requests".into(),
        (part, whole) if whole < 20 => format!("{part} of {whole}"),
        (0, _) => "0%".into(),
        (part, whole) => match part.saturating_mul(1_000) / whole {
            0 => "<0.1%".into(),
            tenths => format!("{}.{}%", tenths / 10, tenths % 10),
        },
    }
}

/// The whole of a [`share`], after it.
pub fn denominator(whole: i64, reported: bool) -> String {
    let what = match (reported, whole) {
        (false, 1) => "request",
        (false, _) => "requests",
        (true, 1) => "reported request",
        (true, _) => "reported requests",
    };
    if whole == 0 {
        String::new()
    } else if whole < 20 {
        what.into()
    } else {
        format!("of {} {what}", grouped(whole))
    }
}

/// The average latency in milliseconds.
pub fn average(ms: i64) -> String {
    format!("avg {} ms", grouped(ms))
}

/// The upper bounds of the 50th and the 95th percentile of the latency, in milliseconds; `None` is above five seconds.
pub fn within(p50: Option<i64>, p95: Option<i64>) -> String {
    let words = |bound| match bound {
        None => ">5 s".into(),
        Some(ms) if ms >= 1_000 => format!("≤{} s", ms / 1_000),
        Some(ms) => format!("≤{ms} ms"),
    };
    format!("p50 {} · p95 {}", words(p50), words(p95))
}

/// The accessible name of the bars.
pub const BARS: &str = "Chart bars; use the arrow keys to move between them";
/// Shown until a bar is selected.
pub const READ_BARS: &str = "Point at a bar, or use the arrow keys, to see its values.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_requests_have_no_percentage() {
        assert_eq!(share(3, 12), "3 of 12");
        assert_eq!(share(0, 0), "No requests");
        assert_eq!(share(0, 20), "0%");
        assert_eq!(share(1, 2_000), "<0.1%");
        assert_eq!(share(25, 1_000), "2.5%");
        assert_eq!(denominator(12, true), "reported requests");
        assert_eq!(denominator(1_234, false), "of 1,234 requests");
    }

    #[test]
    fn percentiles_are_bounds_in_milliseconds_or_seconds() {
        assert_eq!(within(Some(250), Some(5_000)), "p50 ≤250 ms · p95 ≤5 s");
        assert_eq!(within(Some(100), None), "p50 ≤100 ms · p95 >5 s");
    }
}
