//! The picture of a chart.

use crate::{
    chart::bars::{Bar, HEIGHT, Mark, Plot, Tick},
    words::usage as words,
};
use leptos::prelude::*;

/// The drawing, in the parts that [`chart_reader`](crate::ui::chart_reader) goes by.
#[component]
pub fn ChartPicture(
    /// The shapes.
    plot: Plot,
    /// Unique in the page.
    id: &'static str,
    /// The chart in a sentence.
    summary: String,
) -> impl IntoView {
    let floor = plot.floor;
    let slots = slots(plot.labels, plot.step, floor);
    let axes = axes(plot.rows, plot.columns);
    let bars = bar_shapes(plot.bars, id);
    view! {
        <div class="chart-frame" role="group" aria-label=words::BARS>
            <svg
                class="chart-plot"
                height=HEIGHT
                role="img"
                aria-label=summary
            >
                <defs>{hatch(format!("{id}-hatch"), 4, 45)} {hatch(format!("{id}-running"), 6, -45)}</defs>
                {axes}
                {bars}
                {slots}
                {ticks(plot.ticks, floor)}
            </svg>
            <p class="chart-reading" data-needs-js="">
                {words::READ_BARS}
            </p>
        </div>
    }
}

/// The room of each bar, from the floor to the top: what it holds is said wherever one points.
fn slots(labels: Vec<String>, step: f64, floor: f64) -> impl IntoView {
    let width = percent(step);
    (0_u32..)
        .zip(labels)
        .map(|(n, label)| {
            let x = percent(f64::from(n) * step);
            view! {
                <rect class="chart-slot" x=x y="0" width=width.clone() height=floor>
                    <title>{label}</title>
                </rect>
            }
        })
        .collect_view()
}

/// Lines with their numbers, and the times beneath.
fn axes(rows: Vec<Mark>, columns: Vec<Mark>) -> impl IntoView {
    let lines = rows
        .iter()
        .map(|row| {
            view! {
                <line class="chart-grid" x1="0" x2="100%" y1=row.y y2=row.y></line>
            }
        })
        .collect_view();
    let numbers = rows
        .into_iter()
        .map(|row| {
            view! {
                <text class="chart-axis" x="-8" y=row.y + 4.0 text-anchor="end">
                    {row.text}
                </text>
            }
        })
        .collect_view();
    let words = columns
        .into_iter()
        .map(|column| {
            view! {
                <text
                    class="chart-axis"
                    x=percent(column.x)
                    y=column.y
                    text-anchor="middle"
                    data-minor=column.minor.then_some("")
                >
                    {column.text}
                </text>
            }
        })
        .collect_view();
    view! {
        {lines}
        {numbers}
        {words}
    }
}

/// The bars, with patterns over them for people who cannot tell the hues apart.
fn bar_shapes(bars: Vec<Bar>, id: &'static str) -> impl IntoView {
    bars.into_iter()
        .map(|bar| {
            let overlay = |pattern: &str| {
                view! {
                    <rect
                        class="chart-overlay"
                        x=percent(bar.x)
                        y=bar.y
                        width=percent(bar.width)
                        height=bar.height
                        fill=format!("url(#{id}-{pattern})")
                    ></rect>
                }
            };
            let hatched = bar.hatched.then(|| overlay("hatch"));
            let running = bar.running.then(|| overlay("running"));
            view! {
                <rect
                    class="chart-bar"
                    data-series=bar.series
                    x=percent(bar.x)
                    y=bar.y
                    width=percent(bar.width)
                    height=bar.height
                ></rect>
                {hatched}
                {running}
            }
        })
        .collect_view()
}

/// Changes, each as a flag on a line.
fn ticks(ticks: Vec<Tick>, floor: f64) -> impl IntoView {
    ticks
        .into_iter()
        .map(|tick| {
            view! {
                <svg class="chart-tick" x=percent(tick.x) width="1" height=floor aria-hidden="true">
                    <title>{tick.label}</title>
                    <line x1="0" x2="0" y1="0" y2=floor></line>
                    <path d="M-5 0h10l-5 8z"></path>
                </svg>
            }
        })
        .collect_view()
}

/// A part of the picture's width.
fn percent(part: f64) -> String {
    format!("{part:.3}%")
}

/// Lines that lie so many units apart, at an angle in degrees.
fn hatch(id: String, apart: u8, angle: i16) -> impl IntoView {
    view! {
        <pattern
            id=id
            width=apart
            height=apart
            patternUnits="userSpaceOnUse"
            patternTransform=format!("rotate({angle})")
        >
            <line class="chart-hatch" x1="0" y1="0" x2="0" y2=apart></line>
        </pattern>
    }
}
