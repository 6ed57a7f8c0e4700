//! One key.

mod history;
mod overview;
mod security;

use super::{Here, param, tab_title};
use crate::{
    api::keys::read::{KeyTitle, show_key},
    error::AppError,
    part::{
        Changes,
        key_actions::{ChangeForms, ChangeNotice},
    },
    routes::{self, KeyTab, RequestsAddress},
    ui::{
        ErrorState, TabTitle,
        drawn::{Drawn, InPlace, Markup, Show},
    },
    words::{key as key_words, key_page as words},
};
use history::KeyHistory;
use leptos::prelude::*;
use leptos_router::{components::Outlet, hooks::use_query_map};
use overview::KeyOverview;
use security::KeySecurity;

/// A key's head, its figures, and the cards beside its usage.
type Details = Resource<Result<Drawn<KeyTitle, [Markup; 3]>, AppError>, InPlace>;

/// The key's head, and one of its tabs; dialogs open above them.
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
    let tab = Memo::new(move |_| {
        query.with(|query| KeyTab::parse(&query.get("tab").unwrap_or_default()))
    });
    view! {
        <div class="key-page">
            <Head app id details tab />
            <Outlet />
            <ChangeNotice app />
            {move || match tab.get() {
                KeyTab::Overview => view! { <KeyOverview app id details /> }.into_any(),
                KeyTab::Security => view! { <KeySecurity app id /> }.into_any(),
                KeyTab::History => view! { <KeyHistory app id /> }.into_any(),
            }}
        </div>
        <ChangeForms app />
    }
}

/// Its name, status and actions, and the tabs.
#[component]
fn Head(app: Memo<String>, id: Memo<String>, details: Details, tab: Memo<KeyTab>) -> impl IntoView {
    let here = Here::from_frame();
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let here = here.await;
                match (details.await, here) {
                    (Ok(Drawn { data, markup: [head, ..] }), Ok(here)) => {
                        let title = move || {
                            let title = match tab.get() {
                                KeyTab::Overview => data.name.clone(),
                                KeyTab::Security => format!("{} · {}", words::SECURITY, data.name),
                                KeyTab::History => format!("{} · {}", words::HISTORY, data.name),
                            };
                            let title = tab_title(&title, &here.application.name);
                            view! { <TabTitle text=title /> }
                        };
                        view! {
                            {title}
                            <Show markup=head class="drawn" />
                            <Tabs app id tab open=data.open.all />
                        }
                            .into_any()
                    }
                    (Err(error), _) | (_, Err(error)) => {
                        view! {
                            <nav class="breadcrumb" aria-label="Breadcrumb">
                                <ol>
                                    <li>
                                        <a href=move || {
                                            routes::list(&app.get())
                                        }>{crate::words::list::TITLE}</a>
                                    </li>
                                </ol>
                            </nav>
                            <h1 class="visually-hidden" tabindex="-1">
                                {key_words::KEY}
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

/// Links, so that each tab has an address.
#[component]
fn Tabs(app: Memo<String>, id: Memo<String>, tab: Memo<KeyTab>, open: i64) -> impl IntoView {
    let path = move || format!("{}/{}", routes::list(&app.get()), id.get());
    let current = move |this: KeyTab| (tab.get() == this).then_some("page");
    let link = move |this: KeyTab, words: &'static str| {
        view! {
            <a href=move || this.path(&path()) aria-current=move || current(this) data-noscroll="">
                {words}
            </a>
        }
    };
    let requests = move || RequestsAddress::of_key(&id.get()).path(&routes::requests(&app.get()));
    let count = (open > 0).then(|| view! { <span class="tab-count">{open}</span> });
    view! {
        <nav class="tabs" aria-label=words::TABS>
            {link(KeyTab::Overview, words::OVERVIEW)} <a href=requests>{words::REQUESTS}</a>
            <a
                href=move || KeyTab::Security.path(&path())
                aria-current=move || current(KeyTab::Security)
                aria-label=words::security_label(open)
                data-noscroll=""
            >
                {words::SECURITY}
                {count}
            </a> {link(KeyTab::History, words::HISTORY)}
        </nav>
    }
}
