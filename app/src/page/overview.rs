//! An application at a glance.

use super::{Here, loaded, query};
use crate::{
    context,
    part::{
        key_list::KeyHighlights,
        page_head::PageHead,
        security::OpenEventsNotice,
        usage::{UsageFigures, UsageSection},
    },
    routes::{self, UsageAddress},
    words::overview as words,
};
use leptos::prelude::*;

/// The figures, a chart with one breakdown, and beside them the keys that need attention and the busiest ones.
#[component]
pub fn Overview() -> impl IntoView {
    let here = Here::from_frame();
    let app = here.app();
    let address = query(UsageAddress::read);
    let title = here.tab_title(words::TITLE);
    let events = here.open_events;
    let events_path = routes::security_events(&app);
    let content = loaded(async move {
        let usage = here.viewer.usage().await;
        let chart = usage.chart(context::chart_query(&address)).await?;
        let breakdown = usage.breakdown(chart.series.range).await?;
        let keys = here.viewer.key_highlights().await?;
        Ok(view! {
            <UsageFigures chart=chart.clone() breakdown=breakdown.clone() />
            <div class="usage-columns">
                <UsageSection app=app.clone() key=None chart breakdown address />
                <div class="usage-aside">
                    <KeyHighlights app keys />
                </div>
            </div>
        })
    });
    view! {
        {title}
        <div class="overview">
            <PageHead title=words::TITLE />
            <OpenEventsNotice events path=events_path />
            {content}
        </div>
    }
}
