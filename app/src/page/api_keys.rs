//! App Settings → API Keys.

use super::{Here, param, tab_title};
use crate::{
    api::{
        home::Whereabouts,
        keys::list::{ListMarkup, list_keys},
    },
    part::{
        BulkBar, Changes, FilterBar,
        bulk_bar::{BulkNotice, Selected},
        key_actions::{ChangeForms, ChangeNotice},
    },
    routes::{self, ListAddress},
    ui::{
        ErrorState, Icon, Notice, Shape, TabTitle,
        drawn::{Drawn, InPlace, Markup, Show},
    },
    words::list as words,
};
use leptos::prelude::*;
use leptos_router::{components::Outlet, hooks::use_query_map};

/// The list of keys. The dialog for a new one opens above it.
#[component]
pub fn ApiKeys() -> impl IntoView {
    let app = param("app");
    let here = Here::from_frame();
    let query = use_query_map();
    let address = Memo::new(move |_| query.with(ListAddress::read));
    let actions = move || {
        Suspend::new(async move {
            let here = here.await.ok()?;
            let title = tab_title(words::TITLE, &here.application.name);
            Some(view! {
                <TabTitle text=title />
                {actions(&here, address)}
            })
        })
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
                <Transition>{actions}</Transition>
            </div>
        </div>
        <Outlet />
        <Transition>{view_only}</Transition>
        <ChangeForms app />
        <ChangeNotice app />
        <BulkNotice />
        <List app address />
    }
}

/// The export, and a new key for those who may create one.
fn actions(here: &Whereabouts, address: Memo<ListAddress>) -> AnyView {
    let app = here.application.id.to_string();
    let export = routes::export(&app);
    let file = move || address.get().first_page().path(&export);
    let create = here.identity.role.can_edit_keys().then(|| {
        view! {
            <a class="button" data-variant="primary" href=routes::new(&app)>
                <Icon shape=Shape::Plus />
                {words::CREATE}
            </a>
        }
    });
    view! {
        <a class="button" data-variant="secondary" href=file rel="external" download="">
            <Icon shape=Shape::Download />
            {words::EXPORT}
        </a>
        {create}
    }
    .into_any()
}

#[component]
fn List(app: Memo<String>, address: Memo<ListAddress>) -> impl IntoView {
    let here = Here::from_frame();
    let changes = Changes::here();
    let selected = Selected::nothing();
    let keys = Resource::<_, InPlace>::new_with_options(
        move || (app.get(), address.get(), changes.version()),
        |(app, address, _)| {
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
        false,
    );
    // Other rows, or the same ones changed: the selection is not what is shown any more.
    Effect::new(move |before: Option<(ListAddress, usize)>| {
        let now = (address.get(), changes.version());
        if before.is_some_and(|before| before != now) {
            selected.clear();
        }
        now
    });
    // Boxes may have been ticked before the program started, and while other rows were loading.
    Effect::new(move |_| {
        keys.track();
        _ = request_animation_frame(move || selected.read());
    });
    let shown = move |part: fn(ListMarkup) -> Markup, class: &'static str| {
        move || {
            Suspend::new(async move {
                let markup = part(keys.await.ok()?.markup);
                Some(view! { <Show markup class /> })
            })
        }
    };
    let bar = move || {
        Suspend::new(async move {
            let editable = here
                .await
                .is_ok_and(|here| here.identity.role.can_edit_keys());
            editable.then(|| view! { <BulkBar app=app.get_untracked() selected /> })
        })
    };
    let skeleton = || {
        view! {
            <div class="skeleton" data-size="row"></div>
            <div class="skeleton" data-size="row"></div>
            <div class="skeleton" data-size="row"></div>
        }
    };
    // The status region exists before its text changes.
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
                Ok(Drawn { markup, .. }) => {
                    view! { <Show markup=markup.rows class="list-rows" /> }.into_any()
                }
            }
        })
    };
    view! {
        <div class="key-list" on:change=move |event| selected.change(&event)>
            <Transition>{shown(|markup| markup.groups, "list-groups")}</Transition>
            <div class="list-controls">
                <div class="list-filters">
                    {move || view! { <FilterBar action=routes::list(&app.get()) address /> }}
                    <Transition>{shown(|markup| markup.sort, "list-sort")}</Transition>
                </div>
                <Transition>{bar}</Transition>
            </div>
            <Transition fallback=skeleton>{rows}</Transition>
            <div class="list-foot">
                <p class="result-count" role="status">
                    <Transition>{count}</Transition>
                </p>
                <Transition>{shown(|markup| markup.foot, "list-pages")}</Transition>
            </div>
        </div>
    }
}
