//! One key.

mod history;
mod overview;
mod security;

use super::{Here, param, tab_title};
use crate::{
    api::keys::read::{KeyTitle, show_key},
    error::AppError,
    part::key_actions::{ChangeForms, ChangeNotice},
    routes::{self, KeyTab, RequestsAddress},
    ui::{
        ErrorState, TabTitle,
        markup::{Markup, Rendered, Show},
    },
    words::{key as key_words, key_page as words},
};
use history::KeyHistory;
use leptos::prelude::*;
use leptos_router::{components::Outlet, hooks::use_query_map};
use overview::KeyOverview;
use security::KeySecurity;

/// A key's head, its figures, and the cards beside its usage.
type Details = Resource<Result<Rendered<KeyTitle, [Markup; 3]>, AppError>>;

/// The key's head, and one of its tabs; dialogs open above them.
#[component]
pub fn Key() -> impl IntoView {
    let app = param("app");
    let id = param("key");
    let details = Details::new(
        move || (app.get(), id.get()),
        |(app, key)| show_key(app, key),
    );
    let tab = use_query_map()
        .with_untracked(|query| KeyTab::parse(&query.get("tab").unwrap_or_default()));
    let shown = match tab {
        KeyTab::Overview => view! { <KeyOverview app id details /> }.into_any(),
        KeyTab::Security => view! { <KeySecurity app id /> }.into_any(),
        KeyTab::History => view! { <KeyHistory app id /> }.into_any(),
    };
    view! {
        <div class="key-page">
            <Head app id details tab />
            <Outlet />
            <ChangeNotice app=app.get_untracked() />
            {shown}
        </div>
        <ChangeForms app=app.get_untracked() />
    }
}

/// Its name, status and actions, and the tabs.
#[component]
fn Head(app: Memo<String>, id: Memo<String>, details: Details, tab: KeyTab) -> impl IntoView {
    let here = Here::from_frame();
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let here = here.await;
                match (details.await, here) {
                    (Ok(Rendered { data, markup: [head, ..] }), Ok(here)) => {
                        let title = match tab {
                            KeyTab::Overview => data.name,
                            KeyTab::Security => format!("{} · {}", words::SECURITY, data.name),
                            KeyTab::History => format!("{} · {}", words::HISTORY, data.name),
                        };
                        let (app, id) = (app.get_untracked(), id.get_untracked());
                        view! {
                            <TabTitle text=tab_title(&title, &here.application.name) />
                            <Show markup=head class="rendered" />
                            <Tabs app id tab open=data.open.all />
                        }
                            .into_any()
                    }
                    (Err(error), _) | (_, Err(error)) => {
                        let list = routes::list(&app.get_untracked());
                        view! {
                            <nav class="breadcrumb" aria-label="Breadcrumb">
                                <ol>
                                    <li>
                                        <a href=list>{crate::words::list::TITLE}</a>
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
fn Tabs(app: String, id: String, tab: KeyTab, open: i64) -> impl IntoView {
    let path = format!("{}/{id}", routes::list(&app));
    let current = |this: KeyTab| (tab == this).then_some("page");
    let link = |this: KeyTab, words: &'static str| {
        view! {
            <a href=this.path(&path) aria-current=current(this)>
                {words}
            </a>
        }
    };
    let requests = RequestsAddress::of_key(&id).path(&routes::requests(&app));
    let count = (open > 0).then(|| view! { <span class="tab-count">{open}</span> });
    view! {
        <nav class="tabs" aria-label=words::TABS>
            {link(KeyTab::Overview, words::OVERVIEW)} <a href=requests>{words::REQUESTS}</a>
            <a
                href=KeyTab::Security.path(&path)
                aria-current=current(KeyTab::Security)
                aria-label=words::security_label(open)
            >
                {words::SECURITY}
                {count}
            </a> {link(KeyTab::History, words::HISTORY)}
        </nav>
    }
}
