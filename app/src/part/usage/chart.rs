//! Calls over time.

use super::ChartPicture;
use crate::{
    chart::{
        bars::{self, said},
        scale::span,
        stack::Stack,
    },
    words::{number::grouped, usage as words},
};
use domain::{
    time::{DAY, Timestamp},
    usage::{ChartRange, chart::ChartMarker, local::ZoneOffsets},
};
use leptos::prelude::*;

/// A stacked bar chart, its sums, what was changed meanwhile, and the same numbers in a table.
#[component]
pub fn UsageChart(
    /// The numbers.
    stack: Stack,
    /// The zone of its times.
    local: ZoneOffsets,
    /// The changes within the range, the oldest first.
    marks: Vec<ChartMarker>,
    /// Unique in the page.
    id: &'static str,
    /// The title.
    title: &'static str,
    /// Links beneath it.
    #[prop(optional_no_strip)]
    links: Option<AnyView>,
) -> impl IntoView {
    let sum = stack.sum();
    let summary = format!(
        "{title}, {}: {}",
        covered(stack.range, &local),
        stack.said(&sum, |calls| grouped(*calls))
    );
    let plot = bars::plot(&stack, &local, &marks);
    let running = plot.bars.iter().any(|bar| bar.running);
    let picture = if sum.iter().all(|calls| *calls == 0) {
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
            <details class="chart-more">
                <summary>{words::CHANGES} " (" {marks.len()} ")"</summary>
                <ol>{items}</ol>
            </details>
        }
    });
    let zone = local.zone.clone();
    let legend = stack
        .layers
        .iter()
        .zip(sum)
        .map(|(layer, calls)| {
            view! { <li data-series=layer.series>{layer.label} " " {grouped(calls)}</li> }
        })
        .collect_view();
    let columns = stack
        .layers
        .iter()
        .map(|layer| {
            view! {
                <th scope="col" data-align="end">
                    {layer.label}
                </th>
            }
        })
        .collect_view();
    let column = (!marks.is_empty()).then(|| view! { <th scope="col">{words::CHANGED}</th> });
    view! {
        <figure class="chart">
            <figcaption>
                {title} " " {words::per(&span(stack.range.span), &zone)}
            </figcaption>
            {picture}
            <ul class="chart-legend">
                {legend} {running}
            </ul>
            <div class="chart-foot">
                {changes}
                <details class="chart-more">
                    <summary>{words::TABLE}</summary>
                    <table class="data">
                        <caption class="visually-hidden">{title}</caption>
                        <thead>
                            <tr>
                                <th scope="col">{words::START} " (" {zone} ")"</th>
                                {columns} {column}
                            </tr>
                        </thead>
                        <tbody>{rows(&stack, &local, &marks)}</tbody>
                    </table>
                </details>
                {links}
            </div>
        </figure>
    }
}

/// The range of a chart in words.
fn covered(range: ChartRange, local: &ZoneOffsets) -> String {
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

fn rows(stack: &Stack, local: &ZoneOffsets, marks: &[ChartMarker]) -> AnyView {
    let rows: Vec<_> = stack
        .times()
        .map(|(at, calls)| {
            let changes: Vec<_> = marks
                .iter()
                .filter(|mark| stack.range.bar_index(mark.at) == stack.range.bar_index(at))
                .map(|mark| words::mark(mark.action.phrase_without_target()))
                .collect();
            (at, calls, changes.join("; "))
        })
        .filter(|(_, calls, changes)| calls.iter().any(|calls| *calls > 0) || !changes.is_empty())
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
        .map(|(at, calls, changes)| {
            let changes = marked.then(|| view! { <td>{changes}</td> });
            view! {
                <tr>
                    <td>
                        <time datetime=at.to_string()>{local.readable(at)}</time>
                    </td>
                    {numbers(calls)}
                    {changes}
                </tr>
            }
        })
        .collect_view()
        .into_any()
}

fn numbers(calls: &[i64]) -> impl IntoView + use<> {
    calls
        .iter()
        .map(|calls| view! { <td data-align="end">{grouped(*calls)}</td> })
        .collect_view()
}
