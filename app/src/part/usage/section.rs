//! The usage of a key or an application.

use super::{BreakdownByDimension, ChartCard};
use crate::{
    routes::{self, UsageAddress},
    words::key_page as words,
};
use domain::{
    key::KeySummary,
    usage::{breakdown::Breakdown, chart::Chart},
};
use leptos::prelude::*;

/// A card with a chart, and one with the most frequent values of a dimension.
#[component]
pub fn UsageSection(
    /// The application's id.
    app: String,
    /// The key; `None` for all keys of the application.
    key: Option<KeySummary>,
    /// The calls over time.
    chart: Chart,
    /// The calls by dimension.
    breakdown: Breakdown,
    /// The range of the page.
    address: UsageAddress,
) -> impl IntoView {
    let id = key.as_ref().map(|key| key.id);
    let path = id.map_or_else(|| routes::overview(&app), |id| routes::key(&app, id));
    let [chart_file, breakdown_file] = ["usage", "breakdown"].map(|what| match id {
        Some(id) => routes::key_file(&app, &id.to_string(), what),
        None => routes::overview_file(&app, what),
    });
    // The figures of an application contain the latency.
    let latency = key.is_some();
    view! {
        <div class="usage-main">
            <ChartCard chart path=path.clone() address=address.clone() file=chart_file latency />
            <section class="card" aria-label=words::BREAKDOWN>
                <BreakdownByDimension app key breakdown path address file=breakdown_file />
            </section>
        </div>
    }
}
