//! Calls over time.

use crate::chart::{
    bars::{self, HEIGHT, Plot, WIDTH},
    scale::{grouped, span},
};
use domain::usage::Series;
use leptos::prelude::*;

/// A stacked bar chart, its sums, and the same numbers in a table.
#[component]
pub fn UsageChart(
    /// The numbers.
    series: Series,
    /// Unique in the page.
    id: &'static str,
    /// What is counted.
    title: &'static str,
) -> impl IntoView {
    let sum = series.sum();
    let summary = format!(
        "{title}, last {}: {} accepted, {} refused, {} rate limited",
        series.window.as_str(),
        grouped(sum.accepted),
        grouped(sum.refused),
        grouped(sum.rate_limited)
    );
    let picture = if sum.total() == 0 {
        view! { <p class="page-lead">"No calls in this time."</p> }.into_any()
    } else {
        picture(bars::plot(&series), id, summary).into_any()
    };
    view! {
        <figure class="chart">
            <figcaption>{title}", by " {span(series.window)} " (UTC)"</figcaption>
            {picture}
            <ul class="chart-legend">
                <li data-series="accepted">"Accepted " {grouped(sum.accepted)}</li>
                <li data-series="refused">"Refused " {grouped(sum.refused)}</li>
                <li data-series="limited">"Rate limited " {grouped(sum.rate_limited)}</li>
            </ul>
            <details class="chart-table">
                <summary>"Show as a table"</summary>
                <table class="data">
                    <caption class="visually-hidden">{title}</caption>
                    <thead>
                        <tr>
                            <th scope="col">"From (UTC)"</th>
                            <th scope="col" data-align="end">"Accepted"</th>
                            <th scope="col" data-align="end">"Refused"</th>
                            <th scope="col" data-align="end">"Rate limited"</th>
                        </tr>
                    </thead>
                    <tbody>{rows(&series)}</tbody>
                </table>
            </details>
        </figure>
    }
}

fn rows(series: &Series) -> impl IntoView + use<> {
    let rows: Vec<_> = series
        .times()
        .filter(|(_, bucket)| bucket.total() > 0)
        .collect();
    if rows.is_empty() {
        return view! {
            <tr>
                <td colspan="4">"No calls in this time."</td>
            </tr>
        }
        .into_any();
    }
    rows.into_iter()
        .map(|(at, bucket)| {
            view! {
                <tr>
                    <td>
                        <time datetime=at.to_string()>{at.readable()}</time>
                    </td>
                    <td data-align="end">{grouped(bucket.accepted)}</td>
                    <td data-align="end">{grouped(bucket.refused)}</td>
                    <td data-align="end">{grouped(bucket.rate_limited)}</td>
                </tr>
            }
        })
        .collect_view()
        .into_any()
}

fn picture(plot: Plot, id: &'static str, summary: String) -> impl IntoView {
    let left = plot.left;
    let lines = plot
        .rows
        .iter()
        .map(|row| {
            view! {
                <line class="chart-grid" x1=left x2=WIDTH y1=row.y y2=row.y></line>
            }
        })
        .collect_view();
    let numbers = plot
        .rows
        .into_iter()
        .map(|row| {
            view! {
                <text class="chart-axis" x=row.x y=row.y + 4.0 text-anchor="end">
                    {row.text}
                </text>
            }
        })
        .collect_view();
    let words = plot
        .columns
        .into_iter()
        .map(|column| {
            view! {
                <text
                    class="chart-axis"
                    x=column.x
                    y=column.y
                    text-anchor="middle"
                    data-minor=column.minor.then_some("")
                >
                    {column.text}
                </text>
            }
        })
        .collect_view();
    let pattern = format!("{id}-hatch");
    let fill = format!("url(#{pattern})");
    let bars = plot
        .bars
        .into_iter()
        .map(|bar| {
            let hatch = (bar.series == "refused").then(|| {
                view! {
                    <rect
                        class="chart-overlay"
                        x=bar.x
                        y=bar.y
                        width=bar.width
                        height=bar.height
                        fill=fill.clone()
                    ></rect>
                }
            });
            view! {
                <rect
                    class="chart-bar"
                    data-series=bar.series
                    x=bar.x
                    y=bar.y
                    width=bar.width
                    height=bar.height
                >
                    <title>{bar.label}</title>
                </rect>
                {hatch}
            }
        })
        .collect_view();
    view! {
        <svg
            class="chart-plot"
            viewBox=format!("0 0 {WIDTH} {HEIGHT}")
            role="img"
            aria-label=summary
        >
            <defs>
                <pattern
                    id=pattern
                    width="4"
                    height="4"
                    patternUnits="userSpaceOnUse"
                    patternTransform="rotate(45)"
                >
                    <line class="chart-hatch" x1="0" y1="0" x2="0" y2="4"></line>
                </pattern>
            </defs>
            {lines}
            {numbers}
            {words}
            {bars}
        </svg>
    }
}
