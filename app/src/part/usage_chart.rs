//! Calls over time.

use super::ChartPicture;
use crate::{
    chart::{
        bars::{self, said},
        scale::{grouped, span},
    },
    words::usage as words,
};
use domain::{
    time::{DAY, Timestamp},
    usage::{Bucket, Range, Series, chart::Mark, local::Local},
};
use leptos::prelude::*;

/// A stacked bar chart, its sums, what was changed meanwhile, and the same numbers in a table.
#[component]
pub fn UsageChart(
    /// The numbers.
    series: Series,
    /// The zone of its times.
    local: Local,
    /// What was changed meanwhile, the oldest first.
    marks: Vec<Mark>,
    /// Unique in the page.
    id: &'static str,
    /// What is counted.
    title: &'static str,
) -> impl IntoView {
    let sum = series.sum();
    let summary = format!(
        "{title}, {}: {} accepted, {} refused, {} rate limited",
        covered(series.range, &local),
        grouped(sum.accepted),
        grouped(sum.refused),
        grouped(sum.rate_limited)
    );
    let plot = bars::plot(&series, &local, &marks);
    let running = plot.bars.iter().any(|bar| bar.running);
    let picture = if sum.total() == 0 {
        view! { <p class="page-lead">{words::NO_CALLS}</p> }.into_any()
    } else {
        view! { <ChartPicture plot id summary /> }.into_any()
    };
    let running = running.then(|| view! { <li data-series="running">{words::RUNNING}</li> });
    let changes = (!marks.is_empty()).then(|| {
        let items = marks
            .iter()
            .map(|mark| view! { <li>{said(mark, &local)}</li> })
            .collect_view();
        view! {
            <div class="chart-changes">
                <p>{words::CHANGES}</p>
                <ol>{items}</ol>
            </div>
        }
    });
    let zone = local.zone.clone();
    let column = (!marks.is_empty()).then(|| view! { <th scope="col">{words::CHANGED}</th> });
    view! {
        <figure class="chart">
            <figcaption>
                {title}", by " {span(series.range.span)} " (" {zone.clone()} ")"
            </figcaption>
            {picture}
            <ul class="chart-legend">
                <li data-series="accepted">{words::ACCEPTED} " " {grouped(sum.accepted)}</li>
                <li data-series="refused">{words::REFUSED} " " {grouped(sum.refused)}</li>
                <li data-series="limited">{words::LIMITED} " " {grouped(sum.rate_limited)}</li>
                {running}
            </ul>
            {changes}
            <details class="chart-table">
                <summary>{words::TABLE}</summary>
                <table class="data">
                    <caption class="visually-hidden">{title}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{words::FROM} " (" {zone} ")"</th>
                            <th scope="col" data-align="end">
                                {words::ACCEPTED}
                            </th>
                            <th scope="col" data-align="end">
                                {words::REFUSED}
                            </th>
                            <th scope="col" data-align="end">
                                {words::LIMITED}
                            </th>
                            {column}
                        </tr>
                    </thead>
                    <tbody>{rows(&series, &local, &marks)}</tbody>
                </table>
            </details>
        </figure>
    }
}

/// What a chart covers, in words.
fn covered(range: Range, local: &Local) -> String {
    let day = |at: Timestamp| {
        let text = local.readable(at);
        text.split(',').next().unwrap_or_default().to_owned()
    };
    match range.window {
        Some(window) => format!("last {}", window.as_str()),
        None if range.span >= DAY => {
            format!("{} to {}", day(range.start), day(range.end().plus(-1)))
        }
        None => format!(
            "{} to {}",
            local.readable(range.start),
            local.readable(range.end())
        ),
    }
}

fn rows(series: &Series, local: &Local, marks: &[Mark]) -> AnyView {
    let rows: Vec<_> = series
        .times()
        .map(|(at, bucket)| {
            let changes: Vec<_> = marks
                .iter()
                .filter(|mark| series.range.place(mark.at) == series.range.place(at))
                .map(|mark| words::mark(mark.action.phrase()))
                .collect();
            (at, bucket, changes.join("; "))
        })
        .filter(|(_, bucket, changes)| bucket.total() > 0 || !changes.is_empty())
        .collect();
    if rows.is_empty() {
        return view! {
            <tr>
                <td colspan="4">{words::NO_CALLS}</td>
            </tr>
        }
        .into_any();
    }
    let marked = !marks.is_empty();
    rows.into_iter()
        .map(|(at, bucket, changes)| {
            let changes = marked.then(|| view! { <td>{changes}</td> });
            view! {
                <tr>
                    <td>
                        <time datetime=at.to_string()>{local.readable(at)}</time>
                    </td>
                    {numbers(bucket)}
                    {changes}
                </tr>
            }
        })
        .collect_view()
        .into_any()
}

fn numbers(bucket: Bucket) -> impl IntoView {
    [bucket.accepted, bucket.refused, bucket.rate_limited]
        .map(|calls| view! { <td data-align="end">{grouped(calls)}</td> })
        .collect_view()
}
