//! One key.

use super::{Here, param, query, tab_title};
use crate::{
    api::{
        keys::read::{KeyDetails, show_key},
        usage::key_usage,
    },
    error::AppError,
    part::{
        Changes, Discard, History, KeyActions, KeyFacts, UsageChart, key_actions::ChangeNotice,
    },
    routes,
    ui::ErrorState,
};
use domain::usage::Window;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Outlet;

/// The key that this page and the question above it are about.
#[derive(Clone, Copy)]
pub struct ThisKey(pub Resource<Result<KeyDetails, AppError>>);

/// Everything about one key; the question before a revocation opens above it.
#[component]
pub fn Key() -> impl IntoView {
    let app = param("app");
    let id = param("key");
    let changes = Changes::here();
    let details = Resource::new(
        move || (app.get(), id.get(), changes.version()),
        |(app, key, _)| show_key(app, key),
    );
    provide_context(ThisKey(details));
    let here = Here::from_frame();
    let usage = move || view! { <Usage app id /> };
    view! {
        <nav class="breadcrumb" aria-label="Breadcrumb">
            <ol>
                <li>
                    <a href=move || routes::list(&app.get())>"API Keys"</a>
                </li>
            </ol>
        </nav>
        <Transition>
            {move || Suspend::new(async move {
                let here = here.await;
                match (details.await, here) {
                    (Ok(details), Ok(here)) => {
                        let title = tab_title(details.key.name.as_str(), &here.application.name);
                        let editable = here.identity.role.can_edit_keys();
                        let app = app.get_untracked();
                        let key = details.key.clone();
                        let discard = editable
                            .then(|| view! { <Discard app=app.clone() key=key.clone() /> });
                        let actions = editable
                            .then(|| view! { <KeyActions app key buttons=true /> });
                        view! {
                            <Title text=title />
                            <div class="page-head">
                                <h1 tabindex="-1">{details.key.name.to_string()}</h1>
                                <div class="page-actions">{actions}</div>
                            </div>
                            {discard}
                        }
                            .into_any()
                    }
                    (Err(error), _) | (_, Err(error)) => {
                        view! {
                            <h1 class="visually-hidden" tabindex="-1">
                                "API key"
                            </h1>
                            <ErrorState error />
                        }
                            .into_any()
                    }
                }
            })}
        </Transition>
        <Outlet />
        <ChangeNotice />
        <Transition>
            {move || Suspend::new(async move {
                details
                    .await
                    .ok()
                    .map(|details| {
                        view! {
                            <div class="page-columns">
                                <div>
                                    <section class="card" aria-labelledby="facts">
                                        <h2 id="facts">"Details"</h2>
                                        <KeyFacts key=details.key now=details.now />
                                    </section>
                                    {usage()}
                                </div>
                                <section class="card" aria-labelledby="history">
                                    <h2 id="history">"History"</h2>
                                    <History records=details.history now=details.now />
                                </section>
                            </div>
                        }
                    })
            })}
        </Transition>
    }
}

#[component]
fn Usage(app: Memo<String>, id: Memo<String>) -> impl IntoView {
    let window = query("window");
    let chosen = Memo::new(move |_| Window::parse(&window.get()));
    let usage = Resource::new(
        move || (app.get(), id.get(), chosen.get()),
        |(app, key, window)| key_usage(app, key, window.as_str().to_owned()),
    );
    let links = Window::ALL
        .into_iter()
        .map(|window| {
            let path = move || {
                routes::with_query(
                    &format!("{}/{}", routes::list(&app.get()), id.get()),
                    &[("window", window.as_str())],
                )
            };
            view! {
                <a href=path aria-current=move || (chosen.get() == window).then_some("true")>
                    {window.as_str()}
                </a>
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="usage">
            <h2 id="usage">"Usage"</h2>
            <nav class="segmented" aria-label="Time">
                {links}
            </nav>
            <Transition>
                {move || Suspend::new(async move {
                    match usage.await {
                        Ok(series) => {
                            view! { <UsageChart series id="key-usage" title="Calls with this key" /> }
                                .into_any()
                        }
                        Err(error) => view! { <ErrorState error /> }.into_any(),
                    }
                })}
            </Transition>
        </section>
    }
}
