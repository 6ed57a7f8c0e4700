//! One key.

use super::{Here, param, tab_title};
use crate::{
    api::{
        keys::{
            read::{KeyTitle, show_key},
            rotate::{RetireKey, key_rotation},
        },
        usage::key_insight,
    },
    error::AppError,
    part::{
        Changes, OpenEventsNotice, UsageTools,
        key_actions::{ChangeForms, ChangeNotice},
        retiring::Ends,
    },
    routes::{self, EventsAddress, RequestsAddress, UsageAddress},
    ui::{
        ErrorState, TabTitle,
        drawn::{Drawn, InPlace, Markup, Show},
    },
    words::{key as words, rotate},
};
use leptos::prelude::*;
use leptos_router::{components::Outlet, hooks::use_query_map};

/// A key's head, and what there is to know of it.
type Details = Resource<Result<Drawn<KeyTitle, [Markup; 2]>, AppError>, InPlace>;

/// Everything about one key; the questions before a revocation and a new secret open above it.
#[component]
pub fn Key() -> impl IntoView {
    let app = param("app");
    let id = param("key");
    let changes = Changes::here();
    let details = Details::new_with_options(
        move || (app.get(), id.get(), changes.version()),
        |(app, key, _)| show_key(app, key),
        false,
    );
    let query = use_query_map();
    let address = Memo::new(move |_| query.with(UsageAddress::read));
    let insight = Resource::<_, InPlace>::new_with_options(
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
        false,
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
        <Head details />
        <Outlet />
        <ChangeForms app />
        <ChangeNotice app />
        <Rotated app id />
        <About app id details />
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
                        Ok(Drawn { markup, .. }) => view! { <Show markup class="drawn" /> }.into_any(),
                        Err(error) => view! { <ErrorState error /> }.into_any(),
                    }
                })}
            </Transition>
        </section>
    }
}

/// Its name, where it stands, and what can be done.
#[component]
fn Head(details: Details) -> impl IntoView {
    let here = Here::from_frame();
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let here = here.await;
                match (details.await, here) {
                    (Ok(Drawn { data, markup: [head, _] }), Ok(here)) => {
                        let title = tab_title(&data.name, &here.application.name);
                        view! {
                            <TabTitle text=title />
                            <Show markup=head class="drawn" />
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
fn About(app: Memo<String>, id: Memo<String>, details: Details) -> impl IntoView {
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let Drawn { data, markup: [_, about] } = details.await.ok()?;
                let events = EventsAddress::of_key(&id.get_untracked())
                    .path(&routes::security_events(&app.get_untracked()));
                Some(
                    view! {
                        <OpenEventsNotice events=data.open path=events />
                        <Show markup=about class="drawn" />
                    },
                )
            })}
        </Transition>
    }
}

/// What is left to do where the secret was regenerated: it comes first on an old key's page.
#[component]
fn Rotated(app: Memo<String>, id: Memo<String>) -> impl IntoView {
    let here = Here::from_frame();
    let action = ServerAction::<RetireKey>::new();
    let changes = Changes::here();
    let version = action.version();
    Effect::new(move |_| {
        if version.get() > 0 {
            changes.bump();
        }
    });
    let rotation = Resource::<_, InPlace>::new_with_options(
        move || (app.get(), id.get(), changes.version()),
        |(app, key, _)| key_rotation(app, key),
        false,
    );
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let here = here.await;
                let Drawn { data, markup } = rotation.await.ok()?;
                let retiring = data?.retiring;
                let editable = here.is_ok_and(|here| here.identity.role.can_edit_keys());
                let title = if retiring { rotate::RETIRING } else { rotate::RETIRED };
                let forms = (editable && retiring)
                    .then(|| {
                        view! { <Ends app=app.get_untracked() key=id.get_untracked() action /> }
                    });
                Some(
                    view! {
                        <section class="card" aria-labelledby="retiring">
                            <h2 id="retiring">{title}</h2>
                            <Show markup class="drawn" />
                            {forms}
                        </section>
                    },
                )
            })}
        </Transition>
    }
}
