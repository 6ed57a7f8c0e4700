//! App Settings → API Keys.

use super::{Here, param, tab_title};
use crate::{
    api::{
        home::AppContext,
        keys::list::{ListMarkup, list_keys},
    },
    part::{
        BulkBar, FilterBar,
        bulk_bar::BulkNotice,
        key_actions::{ChangeForms, ChangeNotice},
    },
    routes::{self, ListAddress},
    ui::{
        ErrorState, Icon, Notice, Shape, TabTitle,
        markup::{Markup, Rendered, Show},
    },
    words::list as words,
};
use leptos::prelude::*;
use leptos_router::{components::Outlet, hooks::use_query_map};

/// The list of keys. The dialog for a new one opens above it.
#[component]
pub fn ApiKeys() -> impl IntoView {
    let app = param("app").get_untracked();
    let here = Here::from_frame();
    let address = use_query_map().with_untracked(ListAddress::read);
    let actions = {
        let address = address.clone();
        move || {
            let address = address.clone();
            Suspend::new(async move {
                let here = here.await.ok()?;
                let title = tab_title(words::TITLE, &here.application.name);
                Some(view! {
                    <TabTitle text=title />
                    {actions(&here, address)}
                })
            })
        }
    };
    let view_only = move || {
        Suspend::new(async move {
            let here = here.await.ok()?;
            let view_only = !here.identity.role.can_edit_keys();
            view_only.then(|| view! { <Notice>{words::READ_ONLY}</Notice> })
        })
    };
    view! {
        <div class="page-head">
            <h1 tabindex="-1">{words::TITLE}</h1>
            <div class="page-actions">
                <Suspense>{actions}</Suspense>
            </div>
        </div>
        <Outlet />
        <Suspense>{view_only}</Suspense>
        <ChangeForms app=app.clone() />
        <ChangeNotice app=app.clone() />
        <BulkNotice />
        <List app address />
    }
}

/// The export, and a new key for those who may create one.
fn actions(here: &AppContext, address: ListAddress) -> AnyView {
    let app = here.application.id.to_string();
    let file = address.first_page().path(&routes::export(&app));
    let create = here.identity.role.can_edit_keys().then(|| {
        view! {
            <a class="button" data-variant="primary" data-shortcut="c" href=routes::new(&app)>
                <Icon shape=Shape::Plus />
                {words::CREATE}
            </a>
        }
    });
    view! {
        <a class="button" data-variant="secondary" href=file download="">
            <Icon shape=Shape::Download />
            {words::EXPORT}
        </a>
        {create}
    }
    .into_any()
}

#[component]
fn List(app: String, address: ListAddress) -> impl IntoView {
    let here = Here::from_frame();
    let keys = {
        let (app, address) = (app.clone(), address.clone());
        Resource::new(
            move || (app.clone(), address.clone()),
            |(app, address)| {
                let ListAddress {
                    tab,
                    search,
                    status,
                    environment,
                    notable,
                    sort,
                    dir,
                    cursor,
                } = address;
                list_keys(
                    app,
                    tab,
                    search,
                    status,
                    environment,
                    notable,
                    sort,
                    dir,
                    cursor,
                )
            },
        )
    };
    let shown = move |part: fn(ListMarkup) -> Markup, class: &'static str| {
        move || {
            Suspend::new(async move {
                let markup = part(keys.await.ok()?.markup);
                Some(view! { <Show markup class /> })
            })
        }
    };
    let action = routes::list(&app);
    let bar = move || {
        let app = app.clone();
        Suspend::new(async move {
            let editable = here
                .await
                .is_ok_and(|here| here.identity.role.can_edit_keys());
            editable.then(|| view! { <BulkBar app /> })
        })
    };
    let count = move || {
        Suspend::new(async move {
            let list = keys.await.ok()?.data;
            Some(words::keys(list.count, list.more))
        })
    };
    let rows = move || {
        Suspend::new(async move {
            match keys.await {
                Err(error) => view! { <ErrorState error /> }.into_any(),
                Ok(Rendered { markup, .. }) => {
                    view! { <Show markup=markup.rows class="list-rows" /> }.into_any()
                }
            }
        })
    };
    view! {
        <div class="key-list">
            <Suspense>{shown(|markup| markup.groups, "list-groups")}</Suspense>
            <div class="list-controls">
                <div class="list-filters">
                    <FilterBar action address />
                    <Suspense>{shown(|markup| markup.sort, "list-sort")}</Suspense>
                </div>
                <Suspense>{bar}</Suspense>
            </div>
            <Suspense>{rows}</Suspense>
            <div class="list-foot">
                <p class="result-count" role="status">
                    <Suspense>{count}</Suspense>
                </p>
                <Suspense>{shown(|markup| markup.foot, "list-pages")}</Suspense>
            </div>
        </div>
    }
}
