//! One key.

mod history;
mod overview;
mod requests;
mod security;

use super::{Here, key_id, param, query};
use crate::{
    error::AppError,
    part::key::{
        KeyHead,
        actions::{ChangeForms, ChangeNotice},
    },
    read::in_turn,
    routes::{self, KeyTab},
    ui::ErrorState,
    words::{key as key_words, key_page as words},
};
use domain::security::{OpenKeyEvents, SecurityEvent};
use history::KeyHistory;
use leptos::prelude::*;
use leptos_router::components::Outlet;
use management::KeyView;
use overview::KeyOverview;
use requests::KeyRequests;
use security::KeySecurity;

/// The key that a page is about, for its dialogs.
#[derive(Clone)]
pub struct OpenKey(pub KeyView);

impl OpenKey {
    /// The one of this page.
    ///
    /// # Panics
    /// Outside of a key's page.
    pub fn from_page() -> Self {
        expect_context()
    }
}

/// The key's head, and one of its tabs; dialogs open above them.
#[component]
pub fn Key() -> impl IntoView {
    let here = Here::from_frame();
    let id = param("key");
    in_turn(async move {
        let app = here.app();
        let title = here.tab_title(key_words::KEY);
        match opened(here, &id).await {
            Ok(page) => page,
            Err(error) => view! {
                {title}
                <NoKey app error />
            }
            .into_any(),
        }
    })
}

async fn opened(here: Here, id: &str) -> Result<AnyView, AppError> {
    let view = here.viewer.open_key(key_id(id)?).await?;
    provide_context(OpenKey(view.clone()));
    let open = if here.open_events.all > 0 {
        view.open_events().await?
    } else {
        OpenKeyEvents::default()
    };
    let mut critical = open.critical.into_iter();
    let event: Option<SecurityEvent> = critical.next();
    let tab = query(|query| KeyTab::parse(&query.get("tab").unwrap_or_default()));
    let key = view.key().clone();
    let title = match tab {
        KeyTab::Overview => key.name.to_string(),
        KeyTab::Requests => format!("{} · {}", words::REQUESTS, key.name),
        KeyTab::Security => format!("{} · {}", words::SECURITY, key.name),
        KeyTab::History => format!("{} · {}", words::HISTORY, key.name),
    };
    let title = here.tab_title(&title);
    let (app, now, editable) = (here.app(), here.viewer.now(), here.editable());
    let revocable = here.role().can_edit_keys();
    let shown = match tab {
        KeyTab::Overview => {
            let events = critical.collect();
            view! { <KeyOverview here view events /> }.into_any()
        }
        KeyTab::Requests => view! { <KeyRequests here view /> }.into_any(),
        KeyTab::Security => view! { <KeySecurity here view /> }.into_any(),
        KeyTab::History => view! { <KeyHistory here view /> }.into_any(),
    };
    Ok(view! {
        {title}
        <div class="key-page">
            <KeyHead app=app.clone() key event now editable revocable />
            <Tabs app=app.clone() id=id.to_owned() tab open=open.all />
            <Outlet />
            <ChangeNotice app=app.clone() />
            {shown}
        </div>
        <ChangeForms app />
    }
    .into_any())
}

/// A link back to the list, and the reason why there is no key.
#[component]
fn NoKey(app: String, error: AppError) -> impl IntoView {
    let list = routes::list(&app);
    view! {
        <nav class="breadcrumb" aria-label="Breadcrumb">
            <ol>
                <li>
                    <a href=list.clone()>{crate::words::list::TITLE}</a>
                </li>
            </ol>
        </nav>
        <h1 class="visually-hidden" tabindex="-1">
            {key_words::KEY}
        </h1>
        <ErrorState error>
            <a class="button" data-variant="secondary" href=list>
                {crate::words::list::TO_LIST}
            </a>
        </ErrorState>
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
    let count = (open > 0).then(|| view! { <span class="tab-count">{open}</span> });
    view! {
        <nav class="tabs" aria-label=words::TABS>
            {link(KeyTab::Overview, words::OVERVIEW)} {link(KeyTab::Requests, words::REQUESTS)} <a
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
