//! The four figures of an application.

use crate::words::{key_page, number::grouped, usage as words};
use domain::usage::{
    breakdown::{Breakdown, Dimension},
    chart::Chart,
    reported::ReportedCalls,
};
use leptos::prelude::*;

/// A share is shown as an error if it is at least one in this many requests.
const NOTABLE_SHARE: i64 = 100;

/// Requests and how many of them were denied; errors and latency, as services reported them.
#[component]
pub fn UsageFigures(
    /// The calls over time.
    chart: Chart,
    /// The calls by dimension.
    breakdown: Breakdown,
) -> impl IntoView {
    let (calls, window) = (chart.series.sum(), chart.series.range.window);
    let total = calls.total();
    let denied = total - calls.accepted;
    let change = window
        .zip(chart.before)
        .map(|(window, before)| words::change(total, before, words::period_before(window)));
    let code = breakdown
        .of(Dimension::Refusal)
        .and_then(|codes| codes.top.first())
        .filter(|_| denied > 0)
        .map(|code| key_page::mostly(&code.value));
    view! {
        <dl class="stats usage-figures">
            {figure(words::requests_in(window), grouped(total), change, false)}
            {figure(
                key_page::DENIED.to_owned(),
                share(denied, total),
                code,
                is_notable(denied, total),
            )}
            {reported(chart.reported)}
        </dl>
    }
}

fn reported(calls: ReportedCalls) -> AnyView {
    let (errors, latency) = (words::ERRORS.to_owned(), words::LATENCY.to_owned());
    let Some(average) = calls.average_ms() else {
        let missing = |label| {
            let beside = Some(words::NOT_REPORTED.to_owned());
            figure(label, key_page::NO_SHARE.to_owned(), beside, false)
        };
        return view! { {missing(errors)} {missing(latency)} }.into_any();
    };
    let rates = [calls.server_errors, calls.client_errors].map(|part| share(part, calls.calls));
    let within = words::within(calls.percentile_ms(50), calls.percentile_ms(95));
    view! {
        {figure(
            errors,
            rates.join(" / "),
            Some(words::of_reported(calls.calls)),
            is_notable(calls.server_errors, calls.calls),
        )}
        {figure(latency, words::average(average), Some(within), false)}
    }
    .into_any()
}

fn share(part: i64, whole: i64) -> String {
    if whole == 0 {
        key_page::NO_SHARE.to_owned()
    } else {
        words::share(part, whole)
    }
}

const fn is_notable(part: i64, whole: i64) -> bool {
    part > 0 && part.saturating_mul(NOTABLE_SHARE) >= whole
}

fn figure(label: String, value: String, beside: Option<String>, notable: bool) -> AnyView {
    view! {
        <div>
            <dt>{label}</dt>
            <dd data-tone=notable.then_some("danger")>
                {value} " " {beside.map(|beside| view! { <small>{beside}</small> })}
            </dd>
        </div>
    }
    .into_any()
}
