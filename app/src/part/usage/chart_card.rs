//! The chart of a key or an application.

use super::{UsageChart, UsageTools};
use crate::{
    chart::stack::Stack,
    routes::UsageAddress,
    ui::Notice,
    words::{key as key_words, key_page, usage as words},
};
use domain::usage::{chart::Chart, reported::ReportedCalls};
use leptos::prelude::*;

/// The outcomes of the gate, or the responses that services reported; in its head what the chart covers.
#[component]
pub fn ChartCard(
    /// The numbers.
    chart: Chart,
    /// The page's path.
    path: String,
    /// The range of the page.
    address: UsageAddress,
    /// The path of the file with the numbers.
    file: String,
    /// Whether the latency stands beneath the chart of the responses.
    latency: bool,
) -> impl IntoView {
    let problem = chart.problem.clone().map(|problem| {
        view! { <Notice tone="warning">{words::NOT_SHOWN} " " {problem} " " {words::INSTEAD}</Notice> }
    });
    let switch = (!chart.answers.is_empty())
        .then(|| view! { <ChartSwitch path=path.clone() address=address.clone() /> });
    let utc = !address.zone.is_empty();
    // Days are those of UTC, and where the application's zone is UTC there is nothing to choose.
    let zone = (utc || chart.local.zone != "UTC").then(|| {
        let to = address.clone().in_utc(!utc).path(&path);
        let words = if utc { words::IN_ZONE } else { words::IN_UTC };
        view! { <a href=to>{words}</a> }
    });
    let links = view! {
        {zone}
        <a href=address.file_path(&file) rel="external" download="">
            {words::CSV}
        </a>
    };
    let links = Some(links.into_any());
    let responses = address.shows_responses() && !chart.answers.is_empty();
    let marks = chart.markers;
    let (local, id) = (chart.local, "usage-chart");
    let figure = if responses {
        let stack = Stack::of_answers(&chart.series, &chart.answers);
        view! { <UsageChart stack local marks id title=words::ANSWERS links /> }
    } else {
        let stack = Stack::of_calls(&chart.series);
        view! { <UsageChart stack local marks id title=key_words::CALLS links /> }
    };
    let latency = (responses && latency).then(|| reported_latency(chart.reported));
    view! {
        <section class="card" aria-labelledby="usage">
            <div class="card-head">
                <h2 id="usage">{key_words::USAGE}</h2>
                {switch}
                <UsageTools path address />
            </div>
            {problem}
            {figure}
            {latency}
        </section>
    }
    .into_any()
}

/// The outcomes of the gate, or the responses that services reported.
#[component]
fn ChartSwitch(path: String, address: UsageAddress) -> impl IntoView {
    let link = |responses: bool, words: &'static str| {
        let to = address.clone().with_responses(responses).path(&path);
        let current = (address.shows_responses() == responses).then_some("true");
        view! {
            <a href=to aria-current=current>
                {words}
            </a>
        }
    };
    view! {
        <nav class="segmented" aria-label=key_page::CHARTS>
            {link(false, key_page::GATE)} {link(true, key_page::RESPONSES)}
        </nav>
    }
}

fn reported_latency(reported: ReportedCalls) -> impl IntoView {
    let within = words::within(reported.percentile_ms(50), reported.percentile_ms(95));
    view! {
        <p class="field-hint">
            {words::LATENCY} ": " {words::average(reported.average_ms().unwrap_or_default())} " · " {within}
        </p>
    }
}
