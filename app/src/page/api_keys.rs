//! App Settings → API Keys.

use super::{Here, param, query, tab_title};
use crate::{
    api::{
        keys::read::{KeyList, list_keys},
        usage::application_usage,
    },
    part::{Changes, FilterBar, KeyTable, UsageChart, key_actions::ChangeNotice},
    routes,
    ui::{ErrorState, Icon, Notice, Shape},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Outlet;

/// The list of keys; the dialog for a new one opens above it.
#[component]
pub fn ApiKeys() -> impl IntoView {
    let app = param("app");
    let here = Here::from_frame();
    let role = move || {
        Suspend::new(async move {
            here.await.ok().map(|here| {
                let title = tab_title("API Keys", &here.application.name);
                let path = routes::new(&here.application.id.to_string());
                let actions = if here.identity.role.can_edit_keys() {
                    view! {
                        <a class="button" data-variant="primary" href=path>
                            <Icon shape=Shape::Plus />
                            "Create API Key"
                        </a>
                    }
                    .into_any()
                } else {
                    view! {
                        <Notice>
                            "You can look at keys. To create or change them, ask an owner for the role of a developer."
                        </Notice>
                    }
                    .into_any()
                };
                view! {
                    <Title text=title />
                    {actions}
                }
            })
        })
    };
    view! {
        <div class="page-head">
            <h1 tabindex="-1">"API Keys"</h1>
            <p class="page-lead">
                "A key lets a program of yours call the API. Give each program its own, with no more scopes than it needs."
            </p>
            <div class="page-actions">
                <Transition>{role}</Transition>
            </div>
        </div>
        <Outlet />
        <ChangeNotice />
        <Usage app />
        {move || view! { <FilterBar action=routes::list(&app.get()) /> }}
        <List app />
    }
}

#[component]
fn Usage(app: Memo<String>) -> impl IntoView {
    let window = query("window");
    let chosen = move || if window.get() == "7d" { "7d" } else { "24h" };
    let usage = Resource::new(
        move || (app.get(), chosen().to_owned()),
        |(app, window)| application_usage(app, window),
    );
    let link = move |value: &'static str, words: &'static str| {
        view! {
            <a
                href=move || routes::with_query(&routes::list(&app.get()), &[("window", value)])
                aria-current=move || (chosen() == value).then_some("true")
            >
                {words}
            </a>
        }
    };
    view! {
        <section class="card" aria-label="Usage">
            <nav class="segmented" aria-label="Time">
                {link("24h", "24 hours")} {link("7d", "7 days")}
            </nav>
            <Transition>
                {move || Suspend::new(async move {
                    match usage.await {
                        Ok(series) => {
                            view! { <UsageChart series id="application-usage" title="Calls with all keys" /> }
                                .into_any()
                        }
                        Err(error) => view! { <ErrorState error /> }.into_any(),
                    }
                })}
            </Transition>
        </section>
    }
}

#[component]
fn List(app: Memo<String>) -> impl IntoView {
    let here = Here::from_frame();
    let changes = Changes::here();
    let [search, status, environment, cursor] =
        ["search", "status", "environment", "cursor"].map(query);
    let keys = Resource::new(
        move || {
            _ = changes.version();
            (
                app.get(),
                search.get(),
                status.get(),
                environment.get(),
                cursor.get(),
                changes.version(),
            )
        },
        |(app, search, status, environment, cursor, _)| {
            list_keys(app, search, status, environment, cursor)
        },
    );
    let page_link = move |cursor: String| {
        routes::with_query(
            &routes::list(&app.get_untracked()),
            &[
                ("search", &search.get_untracked()),
                ("status", &status.get_untracked()),
                ("environment", &environment.get_untracked()),
                ("cursor", &cursor),
            ],
        )
    };
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let editable = here.await.is_ok_and(|here| here.identity.role.can_edit_keys());
                match keys.await {
                    Err(error) => view! { <ErrorState error /> }.into_any(),
                    Ok(list) if list.page.rows.is_empty() => {
                        empty(&app.get_untracked(), list.filtered, editable).into_any()
                    }
                    Ok(list) => filled(app.get_untracked(), list, editable, page_link).into_any(),
                }
            })}
        </Transition>
    }
}

fn filled(
    app: String,
    list: KeyList,
    editable: bool,
    page_link: impl Fn(String) -> String,
) -> impl IntoView {
    let count = match list.total {
        1 => "1 key".to_owned(),
        n => format!("{n} keys"),
    };
    let previous = list
        .page
        .previous
        .map(|cursor| page_link(cursor.to_param()));
    let next = list.page.next.map(|cursor| page_link(cursor.to_param()));
    let pager = (previous.is_some() || next.is_some()).then(|| {
        view! {
            <nav class="pager" aria-label="Pages">
                {previous.map(|path| view! { <a href=path rel="prev">"Previous"</a> })}
                {next.map(|path| view! { <a href=path rel="next">"Next"</a> })}
            </nav>
        }
    });
    view! {
        <p class="result-count" aria-live="polite">
            {count}
        </p>
        <KeyTable app keys=list.page.rows now=list.now editable />
        {pager}
    }
}

fn empty(app: &str, filtered: bool, editable: bool) -> impl IntoView + use<> {
    let create = routes::new(app);
    let all = routes::list(app);
    if filtered {
        return view! {
            <div class="empty-state">
                <Icon shape=Shape::Search />
                <h2>"No key matches"</h2>
                <p>"Try other words, or look at all keys."</p>
                <a class="button" data-variant="secondary" href=all>
                    "Clear filters"
                </a>
            </div>
        }
        .into_any();
    }
    let button = editable.then(|| {
        view! {
            <a class="button" data-variant="primary" href=create>
                "Create your first key"
            </a>
        }
    });
    view! {
        <div class="empty-state">
            <Icon shape=Shape::Key />
            <h2>"No keys yet"</h2>
            <p>"A program needs a key before it may call the API."</p>
            {button}
        </div>
    }
    .into_any()
}
