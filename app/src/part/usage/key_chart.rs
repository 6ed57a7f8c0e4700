//! The chart of a key.

use super::UsageChart;
use crate::{
    chart::stack::Stack,
    routes::UsageAddress,
    ui::Notice,
    words::{key as key_words, usage as words},
};
use domain::usage::{chart::Chart, reported::ReportedCalls};
use leptos::prelude::*;

/// The outcomes of the gate, or the responses that services reported; with the links of the chart.
#[component]
pub fn KeyChart(
    /// The numbers.
    chart: Chart,
    /// The page's path.
    path: String,
    /// What the page shows.
    address: UsageAddress,
    /// The path of the file with the numbers.
    file: String,
) -> impl IntoView {
    let problem = chart.problem.clone().map(|problem| {
        view! { <Notice tone="warning">{words::NOT_SHOWN} " " {problem} " " {words::INSTEAD}</Notice> }
    });
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
    let (local, id) = (chart.local, "key-usage");
    let figure = if responses {
        let stack = Stack::of_answers(&chart.series, &chart.answers);
        view! { <UsageChart stack local marks id title=words::ANSWERS links /> }
    } else {
        let stack = Stack::of_calls(&chart.series);
        view! { <UsageChart stack local marks id title=key_words::CALLS links /> }
    };
    let latency = responses.then(|| latency(chart.reported));
    view! {
        {problem}
        {figure}
        {latency}
    }
    .into_any()
}

fn latency(reported: ReportedCalls) -> impl IntoView {
    let within = words::within(reported.percentile_ms(50), reported.percentile_ms(95));
    view! {
        <p class="field-hint">
            {words::LATENCY} ": " {words::average(reported.average_ms().unwrap_or_default())} " · " {within}
        </p>
    }
}
