//! A chart with its figures, what its calls have in common, and the files of both.

use super::{BreakdownTables, UsageChart, UsageFigures};
use crate::{
    chart::stack::Stack,
    routes::UsageAddress,
    ui::{Icon, Notice, Shape},
    words::usage as words,
};
use domain::usage::{breakdown::Breakdown, chart::Chart};
use leptos::prelude::*;

/// Everything that is known of calls over a range.
#[component]
pub fn UsagePanel(
    /// The numbers.
    chart: Chart,
    /// What they are made of.
    breakdown: Breakdown,
    /// The page's path.
    path: String,
    /// What the page shows.
    address: UsageAddress,
    /// The paths of the two files.
    files: [String; 2],
    /// Unique in the page.
    id: &'static str,
    /// What is counted.
    title: &'static str,
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
    let [numbers, parts] = files;
    let file = |path: String, words: &'static str| {
        view! {
            <a class="icon-link" href=address.file_path(&path) rel="external" download="">
                <Icon shape=Shape::Download />
                {words}
            </a>
        }
    };
    let calls = Stack::of_calls(&chart.series);
    // What was changed stands once, at the first chart.
    let answers = (!chart.answers.is_empty()).then(|| {
        let stack = Stack::of_answers(&chart.series, &chart.answers);
        let local = chart.local.clone();
        view! { <UsageChart stack local marks=Vec::new() id="answers" title=words::ANSWERS /> }
    });
    view! {
        {problem}
        <UsageFigures calls=chart.series.sum() reported=chart.reported />
        <UsageChart stack=calls local=chart.local marks=chart.markers id title />
        {answers}
        <div class="usage-files">
            {zone} {file(numbers, words::CSV)} {file(parts, words::BREAKDOWN_CSV)}
        </div>
        <BreakdownTables breakdown />
    }
}
