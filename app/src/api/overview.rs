//! An application at a glance.

use crate::{
    error::AppError,
    ui::markup::{Markup, Rendered},
};
use domain::security::OpenEventCounts;
use leptos::prelude::*;

/// What became of the calls with all keys over a window or a range, as `key_insight` says it of one; and which keys are
/// worth a look.
#[server(name = ReadOverview, prefix = "/api", endpoint = "read_overview")]
pub async fn read_overview(
    app: String,
    #[server(default)] window: String,
    #[server(default)] from: String,
    #[server(default)] until: String,
    #[server(default)] zone: String,
) -> Result<Rendered<OpenEventCounts, [Markup; 2]>, AppError> {
    use crate::{
        part::{KeyHighlights, usage::UsagePanel},
        routes,
        words::overview as words,
    };
    let viewer = crate::context::viewer(&app).await?;
    let address = routes::UsageAddress {
        window,
        from,
        until,
        zone,
        ..routes::UsageAddress::default()
    };
    let asked = crate::context::asked(&address);
    let usage = viewer.usage().await;
    let chart = usage.chart(asked).await?;
    let breakdown = usage.breakdown(chart.series.range).await?;
    let keys = viewer.key_highlights().await?;
    let open = viewer.open_events(None).await?;
    let path = routes::overview(&app);
    let files = ["usage", "breakdown"].map(|what| routes::overview_file(&app, what));
    let panel = view! { <UsagePanel chart breakdown path address files id="all-usage" title=words::CALLS /> };
    let keys = view! { <KeyHighlights app keys /> };
    Ok(Rendered {
        data: open,
        markup: [Markup::of(panel), Markup::of(keys)],
    })
}
