//! The overview of a key.

use super::Details;
use crate::{
    api::{
        keys::rotate::key_rotation,
        usage::{Reported, key_insight},
    },
    page::Here,
    part::{key::retiring::Ends, usage::UsageTools},
    routes::{self, UsageAddress},
    ui::{
        ErrorState,
        markup::{Rendered, Show},
    },
    words::{key as key_words, key_page as words, rotate},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// What is left to do after a regeneration, the figures, a chart with one breakdown, and the cards beside them.
#[component]
pub fn KeyOverview(app: Memo<String>, id: Memo<String>, details: Details) -> impl IntoView {
    let query = use_query_map();
    let address = Memo::new(move |_| query.with(UsageAddress::read));
    let insight = Resource::new(
        move || (app.get(), id.get(), address.get()),
        |(app, key, address)| {
            let UsageAddress {
                window,
                from,
                until,
                zone,
                chart,
                by,
                rows,
            } = address;
            key_insight(app, key, window, from, until, zone, chart, by, rows)
        },
    );
    let path = format!(
        "{}/{}",
        routes::list(&app.get_untracked()),
        id.get_untracked()
    );
    let tools = view! { <UsageTools path=path.clone() address=address.get_untracked() /> };
    let figures = move || {
        Suspend::new(async move {
            let Rendered { markup, .. } = details.await.ok()?;
            let [_, markup, _] = markup;
            Some(view! { <Show markup class="rendered" /> })
        })
    };
    let aside = move || {
        Suspend::new(async move {
            let Rendered { markup, .. } = details.await.ok()?;
            let [_, _, markup] = markup;
            Some(view! { <Show markup class="rendered" /> })
        })
    };
    let switch = move || {
        let path = path.clone();
        Suspend::new(async move {
            let Rendered { data, .. } = insight.await.ok()?;
            (data == Reported(true))
                .then(|| view! { <ChartSwitch path address=address.get_untracked() /> })
        })
    };
    let chart = move || {
        Suspend::new(async move {
            match insight.await {
                Ok(Rendered { markup, .. }) => {
                    let [markup, _] = markup;
                    view! { <Show markup class="rendered" /> }.into_any()
                }
                Err(error) => view! { <ErrorState error /> }.into_any(),
            }
        })
    };
    let breakdown = move || {
        Suspend::new(async move {
            let Rendered { markup, .. } = insight.await.ok()?;
            let [_, markup] = markup;
            Some(view! { <Show markup class="rendered" /> })
        })
    };
    view! {
        <Rotated app id />
        <Transition>{figures}</Transition>
        <div class="key-columns">
            <div class="key-usage">
                <section class="card" aria-labelledby="usage">
                    <div class="card-head">
                        <h2 id="usage">{key_words::USAGE}</h2>
                        <Transition>{switch}</Transition>
                        {tools}
                    </div>
                    <Transition>{chart}</Transition>
                </section>
                <section class="card" aria-label=words::BREAKDOWN>
                    <Transition>{breakdown}</Transition>
                </section>
            </div>
            <div class="key-aside">
                <Transition>{aside}</Transition>
            </div>
        </div>
    }
}

/// The outcomes of the gate, or the responses that services reported.
#[component]
fn ChartSwitch(path: String, address: UsageAddress) -> impl IntoView {
    let link = |responses: bool, words: &'static str| {
        let to = address.clone().with_responses(responses).path(&path);
        let current = (address.shows_responses() == responses).then_some("true");
        view! {
            <a href=to aria-current=current>
                {words}
            </a>
        }
    };
    view! {
        <nav class="segmented" aria-label=words::CHARTS>
            {link(false, words::GATE)} {link(true, words::RESPONSES)}
        </nav>
    }
}

/// What is left to do where the secret was regenerated: it comes first on an old key's page.
#[component]
fn Rotated(app: Memo<String>, id: Memo<String>) -> impl IntoView {
    let here = Here::from_frame();
    let rotation = Resource::new(
        move || (app.get(), id.get()),
        |(app, key)| key_rotation(app, key),
    );
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let here = here.await;
                let Rendered { data, markup } = rotation.await.ok()?;
                let retiring = data?.retiring;
                let editable = here.is_ok_and(|here| here.identity.role.can_edit_keys());
                let title = if retiring { rotate::RETIRING } else { rotate::RETIRED };
                let forms = (editable && retiring)
                    .then(|| view! { <Ends app=app.get_untracked() key=id.get_untracked() /> });
                Some(
                    view! {
                        <section class="card" aria-labelledby="retiring">
                            <h2 id="retiring">{title}</h2>
                            <Show markup class="rendered" />
                            {forms}
                        </section>
                    },
                )
            })}
        </Transition>
    }
}
