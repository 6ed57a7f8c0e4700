//! One key.

use super::{Here, param, tab_title};
use crate::{
    api::{
        keys::{
            read::{KeyDetails, show_key},
            rotate::{RetireKey, key_rotation},
        },
        usage::{Insight, key_insight},
    },
    error::AppError,
    part::{
        Changes, Discard, History, KeyActions, KeyFacts, KeyStatus, MayDo, OpenEventsNotice,
        Retiring, Suggestions, UsagePanel, UsageTools,
        key_actions::{ChangeForms, ChangeNotice},
        key_facts::since,
    },
    routes::{self, EventsAddress, RequestsAddress, UsageAddress},
    ui::ErrorState,
    words::{key as words, rotate},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{components::Outlet, hooks::use_query_map};

/// The key that this page and the question above it are about.
#[derive(Clone, Copy)]
pub struct ThisKey(pub Resource<Result<KeyDetails, AppError>>);

/// Everything about one key; the questions before a revocation and a new secret open above it.
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
            } = address;
            key_insight(app, key, window, from, until, zone)
        },
    );
    let path = Signal::derive(move || format!("{}/{}", routes::list(&app.get()), id.get()));
    view! {
        <nav class="breadcrumb" aria-label="Breadcrumb">
            <ol>
                <li>
                    <a href=move || routes::list(&app.get())>"API Keys"</a>
                </li>
            </ol>
        </nav>
        <Head app details />
        <Outlet />
        <ChangeForms app />
        <ChangeNotice />
        <Rotated app id />
        <About app details insight />
        <section class="card" aria-labelledby="usage">
            <h2 id="usage">{words::USAGE}</h2>
            <p>
                <a href=move || {
                    RequestsAddress::of_key(&id.get()).path(&routes::requests(&app.get()))
                }>{words::RECENT}</a>
            </p>
            <UsageTools path address />
            <Transition>
                {move || Suspend::new(async move {
                    match insight.await {
                        Ok(Insight { chart, breakdown, .. }) => {
                            let (app, key) = (app.get_untracked(), id.get_untracked());
                            let files = ["usage", "breakdown"]
                                .map(|what| routes::key_file(&app, &key, what));
                            view! {
                                <UsagePanel
                                    chart
                                    breakdown
                                    path=path.get_untracked()
                                    address=address.get_untracked()
                                    files
                                    id="key-usage"
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
    }
}

/// Its name, where it stands, and what can be done.
#[component]
fn Head(app: Memo<String>, details: Resource<Result<KeyDetails, AppError>>) -> impl IntoView {
    let here = Here::from_frame();
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let here = here.await;
                match (details.await, here) {
                    (Ok(details), Ok(here)) => {
                        let title = tab_title(details.key.name.as_str(), &here.application.name);
                        let editable = here.identity.role.can_edit_keys();
                        let app = app.get_untracked();
                        let key = details.key.clone();
                        let since = since(&key, details.now);
                        let discard = editable
                            .then(|| view! { <Discard app=app.clone() key=key.clone() /> });
                        let actions = editable
                            .then(|| view! { <KeyActions app key buttons=true /> });
                        view! {
                            <Title text=title />
                            <div class="page-head">
                                <div>
                                    <h1 tabindex="-1">{details.key.name.to_string()}</h1>
                                    <p class="key-status">
                                        <KeyStatus key=details.key now=details.now />
                                        {since}
                                    </p>
                                </div>
                                <div class="page-actions">{actions}</div>
                            </div>
                            {discard}
                        }
                            .into_any()
                    }
                    (Err(error), _) | (_, Err(error)) => {
                        view! {
                            <h1 class="visually-hidden" tabindex="-1">
                                {words::KEY}
                            </h1>
                            <ErrorState error />
                        }
                            .into_any()
                    }
                }
            })}
        </Transition>
    }
}

/// Suggestions, facts and history.
#[component]
fn About(
    app: Memo<String>,
    details: Resource<Result<KeyDetails, AppError>>,
    insight: Resource<Result<Insight, AppError>>,
) -> impl IntoView {
    let here = Here::from_frame();
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let here = here.await;
                let details = details.await.ok()?;
                let insight = insight.await.ok();
                let editable = here.is_ok_and(|here| here.identity.role.can_edit_keys());
                let used = insight.map(|insight| insight.scopes).unwrap_or_default();
                let app = app.get_untracked();
                let KeyDetails { key, history, open, now } = details;
                let events = EventsAddress::of_key(key.id).path(&routes::security_events(&app));
                let suggestions = editable
                    .then(|| {
                        view! { <Suggestions app=app.clone() key=key.clone() used now /> }
                    });
                let scopes = key.scopes;
                Some(
                    view! {
                        <OpenEventsNotice events=open path=events />
                        {suggestions}
                        <div class="page-columns">
                            <section class="card" aria-labelledby="facts">
                                <h2 id="facts">{words::DETAILS}</h2>
                                <KeyFacts app key now />
                            </section>
                            <div>
                                <section class="card" aria-labelledby="may">
                                    <h2 id="may">{words::MAY}</h2>
                                    <MayDo scopes used />
                                </section>
                                <section class="card" aria-labelledby="history">
                                    <h2 id="history">{words::HISTORY}</h2>
                                    <History records=history now />
                                </section>
                            </div>
                        </div>
                    },
                )
            })}
        </Transition>
    }
}

/// What is left to do where the secret was regenerated: it comes first on an old key's page.
#[component]
fn Rotated(app: Memo<String>, id: Memo<String>) -> impl IntoView {
    let ThisKey(details) = expect_context();
    let here = Here::from_frame();
    let action = ServerAction::<RetireKey>::new();
    let changes = Changes::here();
    let version = action.version();
    Effect::new(move |_| {
        if version.get() > 0 {
            changes.bump();
        }
    });
    let rotation = Resource::new(
        move || (app.get(), id.get(), changes.version()),
        |(app, key, _)| key_rotation(app, key),
    );
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let here = here.await;
                let key = details.await.ok()?.key;
                let rotation = rotation.await.ok().flatten()?;
                let editable = here.is_ok_and(|here| here.identity.role.can_edit_keys());
                let app = app.get_untracked();
                let title = if key.retiring_until(rotation.now).is_some() {
                    rotate::RETIRING
                } else {
                    rotate::RETIRED
                };
                Some(
                    view! {
                        <section class="card" aria-labelledby="retiring">
                            <h2 id="retiring">{title}</h2>
                            <Retiring app key rotation action editable />
                        </section>
                    },
                )
            })}
        </Transition>
    }
}
