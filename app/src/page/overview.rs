//! An application at a glance.

use super::{Here, param, tab_title};
use crate::{
    api::overview::read_overview,
    part::{OpenEventsNotice, usage::UsageTools},
    routes::{self, UsageAddress},
    ui::{
        ErrorState, TabTitle,
        markup::{Rendered, Show},
    },
    words::{key, overview as words},
};
use leptos::prelude::*;
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
                ..
            } = address;
            read_overview(app, window, from, until, zone)
        },
    );
    let title = move || {
        Suspend::new(async move {
            here.await.ok().map(|here| {
                view! { <TabTitle text=tab_title(words::TITLE, &here.application.name) /> }
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
                let events = seen.await.ok()?.data;
                let path = routes::security_events(&app.get_untracked());
                Some(view! { <OpenEventsNotice events path /> })
            })}
        </Transition>
        <section class="card" aria-labelledby="usage">
            <h2 id="usage">{key::USAGE}</h2>
            <UsageTools
                path=routes::overview(&app.get_untracked())
                address=address.get_untracked()
            />
            <Transition>
                {move || Suspend::new(async move {
                    match seen.await {
                        Ok(Rendered { markup: [panel, _], .. }) => {
                            view! { <Show markup=panel class="rendered" /> }.into_any()
                        }
                        Err(error) => view! { <ErrorState error /> }.into_any(),
                    }
                })}
            </Transition>
        </section>
        <Transition>
            {move || Suspend::new(async move {
                let Rendered { markup: [_, keys], .. } = seen.await.ok()?;
                Some(view! { <Show markup=keys class="rendered" /> })
            })}
        </Transition>
    }
}
