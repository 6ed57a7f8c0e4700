//! What a chart's numbers come to.

use crate::words::usage as words;
use domain::usage::{Bucket, reported::ReportedCalls};
use leptos::prelude::*;

/// Rates, each with what it is a rate of.
#[component]
pub fn UsageFigures(
    /// All calls of the chart.
    calls: Bucket,
    /// What services reported of them.
    reported: ReportedCalls,
) -> impl IntoView {
    let missed = calls.refused + calls.rate_limited;
    let refusals = rate(words::REFUSAL_RATE, missed, calls.total(), false);
    let answers = if reported.calls > 0 {
        let within = words::within(reported.percentile_ms(50), reported.percentile_ms(95));
        view! {
            {rate(words::ERROR_RATE, reported.server_errors, reported.calls, true)}
            {rate(words::CLIENT_ERRORS, reported.client_errors, reported.calls, true)}
            <div>
                <dt>{words::LATENCY}</dt>
                <dd>
                    {words::average(reported.average_ms().unwrap_or_default())}
                    " "
                    <small>{within}</small>
                </dd>
            </div>
        }
        .into_any()
    } else {
        view! {
            <div>
                <dt>{words::ERROR_RATE}</dt>
                <dd>
                    <small>{words::NOT_REPORTED}</small>
                </dd>
            </div>
        }
        .into_any()
    };
    view! { <dl class="stats usage-figures">{refusals} {answers}</dl> }
}

fn rate(label: &'static str, part: i64, whole: i64, reported: bool) -> AnyView {
    view! {
        <div>
            <dt>{label}</dt>
            <dd>
                {words::share(part, whole)} " "
                <small>{words::denominator(whole, reported)}</small>
            </dd>
        </div>
    }
    .into_any()
}
