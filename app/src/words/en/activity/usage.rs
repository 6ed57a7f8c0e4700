//! Charts and figures of requests.

use crate::words::number::grouped;
use domain::usage::Window;

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
pub const IN_ZONE: &str = "Show times in the dashboard's time zone";
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

/// A figure: the shares of upstream responses with a status of 500 or more, and from 400 to 499.
pub const ERRORS: &str = "Errors, 5xx / 4xx";
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

/// The whole of the shares of reported requests.
pub fn of_reported(requests: i64) -> String {
    match requests {
        1 => "1 reported request".to_owned(),
        requests if requests < 20 => format!("{requests} reported requests"),
        requests => format!("of {} reported requests", grouped(requests)),
    }
}

/// A figure: the requests of a window, or of a range.
pub fn requests_in(window: Option<Window>) -> String {
    let span = match window {
        None => return "Requests".to_owned(),
        Some(Window::Hour) => "1 h",
        Some(Window::Day) => "24 h",
        Some(Window::Week) => "7 days",
        Some(Window::Month) => "30 days",
        Some(Window::Quarter) => "90 days",
    };
    format!("Requests, {span}")
}

/// The period before a window, for [`change`].
pub const fn period_before(window: Window) -> &'static str {
    match window {
        Window::Hour => "the hour before",
        Window::Day => "the day before",
        Window::Week => "the week before",
        Window::Month => "the 30 days before",
        Window::Quarter => "the 90 days before",
    }
}

/// The change of the requests from a period before, such as `the day before`.
pub fn change(calls: i64, before: i64, period: &str) -> String {
    // A percentage of few requests, or of many times as many, says less than the number.
    let percent = calls
        .saturating_sub(before)
        .saturating_mul(100)
        .checked_div(before)
        .filter(|percent| before >= 20 && *percent < 1_000);
    match percent {
        _ if before == 0 => format!("None {period}"),
        None => format!("{} {period}", grouped(before)),
        Some(0) => format!("Same as {period}"),
        Some(percent) if percent < 0 => format!("−{}% from {period}", -percent),
        Some(percent) => format!("+{percent}% from {period}"),
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
        assert_eq!(of_reported(12), "12 reported requests");
        assert_eq!(of_reported(1_234), "of 1,234 reported requests");
    }

    #[test]
    fn the_change_of_few_requests_has_no_percentage() {
        for (calls, before, text) in [
            (0, 0, "None the day before"),
            (9, 0, "None the day before"),
            (9, 19, "19 the day before"),
            (30, 20, "+50% from the day before"),
            (15, 20, "−25% from the day before"),
            (2_001, 2_000, "Same as the day before"),
            (22_000, 1_000, "1,000 the day before"),
        ] {
            assert_eq!(change(calls, before, "the day before"), text);
        }
    }

    #[test]
    fn percentiles_are_bounds_in_milliseconds_or_seconds() {
        assert_eq!(within(Some(250), Some(5_000)), "p50 ≤250 ms · p95 ≤5 s");
        assert_eq!(within(Some(100), None), "p50 ≤100 ms · p95 >5 s");
    }
}
