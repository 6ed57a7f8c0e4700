//! An application at a glance.

use super::{Here, loaded, query};
use crate::{
    context,
    part::{
        KeyHighlights, OpenEventsNotice,
        usage::{UsagePanel, UsageTools},
    },
    routes::{self, UsageAddress},
    words::{key, overview as words},
};
use leptos::prelude::*;

/// The outcomes of the calls with all keys, and the keys that need attention.
#[component]
pub fn Overview() -> impl IntoView {
    let here = Here::from_frame();
    let app = here.app();
    let address = query(UsageAddress::read);
    let title = here.tab_title(words::TITLE);
    let path = routes::overview(&app);
    let tools = view! { <UsageTools path=path.clone() address=address.clone() /> };
    let events = here.open_events;
    let events_path = routes::security_events(&app);
    let content = loaded(async move {
        let usage = here.viewer.usage().await;
        let chart = usage.chart(context::asked(&address)).await?;
        let breakdown = usage.breakdown(chart.series.range).await?;
        let keys = here.viewer.key_highlights().await?;
        let files = ["usage", "breakdown"].map(|what| routes::overview_file(&app, what));
        Ok(view! {
            <section class="card" aria-labelledby="usage">
                <h2 id="usage">{key::USAGE}</h2>
                {tools}
                <UsagePanel chart breakdown path address files id="all-usage" title=words::CALLS />
            </section>
            <KeyHighlights app keys />
        })
    });
    view! {
        {title}
        <div class="page-head">
            <h1 tabindex="-1">{words::TITLE}</h1>
            <p class="page-lead">{words::LEAD}</p>
        </div>
        <OpenEventsNotice events path=events_path />
        {content}
    }
}
