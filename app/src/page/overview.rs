//! An application at a glance.

use super::{Here, param, tab_title};
use crate::{
    api::overview::{Overview as Seen, read_overview},
    part::{InSight, OpenEventsNotice, UsagePanel, UsageTools},
    routes::{self, UsageAddress},
    ui::ErrorState,
    words::{key, overview as words},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// What became of the calls with all keys, and which keys are worth a look.
#[component]
pub fn Overview() -> impl IntoView {
    let app = param("app");
    let here = Here::from_frame();
    let query = use_query_map();
    let address = Memo::new(move |_| query.with(UsageAddress::read));
    let seen = Resource::new(
        move || (app.get(), address.get()),
        |(app, address)| {
            let UsageAddress {
                window,
                from,
                until,
                zone,
            } = address;
            read_overview(app, window, from, until, zone)
        },
    );
    let path = Signal::derive(move || routes::overview(&app.get()));
    let title = move || {
        Suspend::new(async move {
            here.await.ok().map(|here| {
                view! { <Title text=tab_title(words::TITLE, &here.application.name) /> }
            })
        })
    };
    view! {
        <div class="page-head">
            <h1 tabindex="-1">{words::TITLE}</h1>
            <p class="page-lead">{words::LEAD}</p>
        </div>
        <Transition>{title}</Transition>
        <Transition>
            {move || Suspend::new(async move {
                let events = seen.await.ok()?.open;
                let path = routes::security_events(&app.get_untracked());
                Some(view! { <OpenEventsNotice events path /> })
            })}
        </Transition>
        <section class="card" aria-labelledby="usage">
            <h2 id="usage">{key::USAGE}</h2>
            <UsageTools path address />
            <Transition>
                {move || Suspend::new(async move {
                    match seen.await {
                        Ok(Seen { chart, breakdown, .. }) => {
                            let app = app.get_untracked();
                            let files = ["usage", "breakdown"]
                                .map(|what| routes::overview_file(&app, what));
                            view! {
                                <UsagePanel
                                    chart
                                    breakdown
                                    path=path.get_untracked()
                                    address=address.get_untracked()
                                    files
                                    id="all-usage"
                                    title=words::CALLS
                                />
                            }
                                .into_any()
                        }
                        Err(error) => view! { <ErrorState error /> }.into_any(),
                    }
                })}
            </Transition>
        </section>
        <Transition>
            {move || Suspend::new(async move {
                let keys = seen.await.ok()?.keys;
                Some(view! { <InSight app=app.get_untracked() keys /> })
            })}
        </Transition>
    }
}
