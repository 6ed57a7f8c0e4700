//! A chart as it is drawn, and read bar by bar.

use crate::{
    chart::bars::{Bar, HEIGHT, Mark, Plot, Tick, WIDTH},
    ui::ready::use_ready,
    words::usage as words,
};
use leptos::{
    ev::{KeyboardEvent, PointerEvent},
    prelude::*,
};
use wasm_bindgen::JsCast;
use web_sys::Element;

/// Which bar is read, and whether a key led there.
#[derive(Clone, Copy)]
struct Reading {
    at: RwSignal<Option<(usize, bool)>>,
    labels: StoredValue<Vec<String>>,
    bars: usize,
    left: f64,
    step: f64,
}

impl Reading {
    fn of(labels: Vec<String>, left: f64, step: f64) -> Self {
        Self {
            at: RwSignal::new(None),
            bars: labels.len(),
            labels: StoredValue::new(labels),
            left,
            step,
        }
    }

    /// The left edge of a bar.
    #[expect(clippy::cast_precision_loss, reason = "a pixel forgives it")]
    fn x(self, bar: usize) -> f64 {
        self.left + bar as f64 * self.step
    }

    fn text(self) -> String {
        let at = self.at.get().map(|(bar, _)| bar);
        self.labels.with_value(|labels| {
            at.and_then(|bar| labels.get(bar).cloned())
                .unwrap_or_else(|| words::READ_BARS.to_owned())
        })
    }

    fn by_key(self) -> bool {
        self.at.get().is_some_and(|(_, key)| key)
    }

    /// The bar under a pointer.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bars are few, and what is left of the first is none"
    )]
    fn point(self, event: &PointerEvent) {
        let drawing = event
            .current_target()
            .and_then(|frame| frame.dyn_into::<Element>().ok())
            .and_then(|frame| frame.first_element_child());
        let Some(edges) = drawing.map(|drawing| drawing.get_bounding_client_rect()) else {
            return;
        };
        let x = (f64::from(event.client_x()) - edges.left()) / edges.width() * WIDTH;
        let bar = ((x - self.left) / self.step).floor();
        let bar = (bar >= 0.0).then_some(bar as usize);
        let wanted = bar.filter(|bar| *bar < self.bars).map(|bar| (bar, false));
        if self.at.get_untracked() != wanted {
            self.at.set(wanted);
        }
    }

    fn key(self, event: &KeyboardEvent) {
        let Some(last) = self.bars.checked_sub(1) else {
            return;
        };
        let now = self.at.get_untracked().map(|(bar, _)| bar);
        let wanted = match event.key().as_str() {
            "ArrowRight" => Some(now.map_or(0, |bar| (bar + 1).min(last))),
            "ArrowLeft" => Some(now.map_or(last, |bar| bar.saturating_sub(1))),
            "Home" => Some(0),
            "End" => Some(last),
            "Escape" => None,
            _ => return,
        };
        event.prevent_default();
        self.at.set(wanted.map(|bar| (bar, true)));
    }
}

/// The drawing. Once the page listens, a pointer, a finger or the arrow keys go from bar to bar, and a line says what each
/// of them holds.
#[component]
pub fn ChartPicture(
    /// What is drawn.
    plot: Plot,
    /// Unique in the page.
    id: &'static str,
    /// What it shows, in a sentence.
    summary: String,
) -> impl IntoView {
    let (left, floor, step) = (plot.left, plot.floor, plot.step);
    let reading = Reading::of(plot.labels, left, step);
    let axes = axes(plot.rows, plot.columns, left);
    let bars = drawn(plot.bars, id);
    let ready = use_ready();
    let here = move || {
        reading.at.get().map(|(n, _)| {
            let x = reading.x(n);
            view! { <rect class="chart-here" x=x y="0" width=step height=floor></rect> }
        })
    };
    view! {
        <div
            class="chart-frame"
            role="group"
            aria-label=words::BARS
            tabindex=move || ready.get().then_some("0")
            on:keydown=move |event| reading.key(&event)
            on:blur=move |_| reading.at.set(None)
            on:pointerdown=move |event| reading.point(&event)
            on:pointermove=move |event| reading.point(&event)
            on:pointerleave=move |event| {
                if event.pointer_type() == "mouse" {
                    reading.at.set(None);
                }
            }
        >
        <svg
            class="chart-plot"
            viewBox=format!("0 0 {WIDTH} {HEIGHT}")
            role="img"
            aria-label=summary
        >
            <defs>{hatch(format!("{id}-hatch"), 4, 45)} {hatch(format!("{id}-running"), 6, -45)}</defs>
            {axes}
            {bars}
            {here}
            {ticks(plot.ticks, floor)}
        </svg>
        <p
            class="chart-reading"
            data-needs-js=""
            aria-live=move || reading.by_key().then_some("polite")
        >
            {move || reading.text()}
        </p>
        </div>
    }
}

/// Lines with their numbers, and the times beneath.
fn axes(rows: Vec<Mark>, columns: Vec<Mark>, left: f64) -> impl IntoView {
    let lines = rows
        .iter()
        .map(|row| {
            view! {
                <line class="chart-grid" x1=left x2=WIDTH y1=row.y y2=row.y></line>
            }
        })
        .collect_view();
    let numbers = rows
        .into_iter()
        .map(|row| {
            view! {
                <text class="chart-axis" x=row.x y=row.y + 4.0 text-anchor="end">
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
    view! {
        {lines}
        {numbers}
        {words}
    }
}

/// Bars, and what is laid over them for those who cannot tell the hues apart.
fn drawn(bars: Vec<Bar>, id: &'static str) -> impl IntoView {
    bars.into_iter()
        .map(|bar| {
            let overlay = |pattern: &str| {
                view! {
                    <rect
                        class="chart-overlay"
                        x=bar.x
                        y=bar.y
                        width=bar.width
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
                    x=bar.x
                    y=bar.y
                    width=bar.width
                    height=bar.height
                >
                    <title>{bar.label}</title>
                </rect>
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
            let x = tick.x;
            let flag = format!("M{} 0h10l-5 8z", x - 5.0);
            view! {
                <g class="chart-tick">
                    <title>{tick.label}</title>
                    <line x1=x x2=x y1="0" y2=floor></line>
                    <path d=flag></path>
                </g>
            }
        })
        .collect_view()
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
