//! App Settings → API Keys.

use super::{Here, param, tab_title};
use crate::{
    api::keys::list::{KeyList, list_keys},
    part::{
        BulkBar, Changes, FilterBar,
        bulk_bar::{BulkNotice, Selected},
        key_actions::{ChangeForms, ChangeNotice},
        key_table::day_view,
    },
    routes::{self, ListAddress},
    ui::{
        ErrorState, Icon, Notice, Shape, TabTitle,
        drawn::{Drawn, InPlace, Show},
    },
    words::list as words,
};
use domain::account::Role;
use leptos::prelude::*;
use leptos_router::{components::Outlet, hooks::use_query_map};

/// The list of keys; the dialog for a new one opens above it.
#[component]
pub fn ApiKeys() -> impl IntoView {
    let app = param("app");
    let here = Here::from_frame();
    let query = use_query_map();
    let address = Memo::new(move |_| query.with(ListAddress::read));
    let role = move || {
        Suspend::new(async move {
            here.await.ok().map(|here| {
                let title = tab_title(words::TITLE, &here.application.name);
                let path = routes::new(&here.application.id.to_string());
                let actions = if here.identity.role.can_edit_keys() {
                    view! {
                        <a class="button" data-variant="primary" href=path>
                            <Icon shape=Shape::Plus />
                            {words::CREATE}
                        </a>
                    }
                    .into_any()
                } else {
                    view! { <Notice>{words::READ_ONLY}</Notice> }.into_any()
                };
                view! {
                    <TabTitle text=title />
                    {actions}
                }
            })
        })
    };
    let emergency = move || {
        Suspend::new(async move {
            let here = here.await.ok()?;
            let owner = here.identity.role == Role::Owner;
            owner.then(|| emergency(&here.application.id.to_string()))
        })
    };
    view! {
        <div class="page-head">
            <h1 tabindex="-1">{words::TITLE}</h1>
            <p class="page-lead">{words::LEAD}</p>
            <div class="page-actions">
                <Transition>{role}</Transition>
            </div>
        </div>
        <Outlet />
        <ChangeForms app />
        <ChangeNotice app />
        <BulkNotice />
        {move || view! { <FilterBar action=routes::list(&app.get()) address /> }}
        <List app address />
        <Transition>{emergency}</Transition>
    }
}

fn emergency(app: &str) -> AnyView {
    view! {
        <section class="emergency" aria-labelledby="emergency">
            <h2 id="emergency">{words::EMERGENCY}</h2>
            <p>{words::EMERGENCY_HINT}</p>
            <a href=routes::revoke_all(app)>{words::REVOKE_ALL_LINK}</a>
        </section>
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
                search,
                status,
                environment,
                notable,
                sort,
                dir,
                cursor,
            } = address;
            list_keys(app, search, status, environment, notable, sort, dir, cursor)
        },
        false,
    );
    // Other rows, or the same ones changed: what was selected is not what is in sight.
    Effect::new(move |before: Option<(ListAddress, usize)>| {
        let now = (address.get(), changes.version());
        if before.is_some_and(|before| before != now) {
            selected.clear();
        }
        now
    });
    // Boxes may have been ticked before the page listened, and while other rows were on their way.
    Effect::new(move |_| {
        keys.track();
        _ = request_animation_frame(move || selected.read());
    });
    // The region stands there before it speaks.
    let count = move || {
        Suspend::new(async move {
            let list = keys.await.ok()?.data;
            Some(words::keys(list.total, list.more))
        })
    };
    let skeleton = || {
        view! {
            <div class="skeleton" data-size="row"></div>
            <div class="skeleton" data-size="row"></div>
            <div class="skeleton" data-size="row"></div>
        }
    };
    view! {
        <div class="key-list" on:change=move |event| selected.change(&event)>
            <p class="result-count" role="status">
                <Transition>{count}</Transition>
            </p>
            <Transition fallback=skeleton>
                {move || Suspend::new(async move {
                    let editable = here.await.is_ok_and(|here| here.identity.role.can_edit_keys());
                    let (app, address) = (app.get_untracked(), address.get_untracked());
                    match keys.await {
                        Err(error) => view! { <ErrorState error /> }.into_any(),
                        Ok(Drawn { data, .. }) if data.empty && data.previous.is_none() => {
                            empty(&app, data.filtered, editable)
                        }
                        Ok(list) => filled(&app, list, address, editable.then_some(selected)),
                    }
                })}
            </Transition>
        </div>
    }
}

fn filled(
    app: &str,
    list: Drawn<KeyList>,
    address: ListAddress,
    selected: Option<Selected>,
) -> AnyView {
    let Drawn { data: list, markup } = list;
    let path = routes::list(app);
    let page = |cursor: Option<String>| cursor.map(|cursor| address.clone().at(cursor).path(&path));
    let (previous, next) = (page(list.previous), page(list.next));
    let pager = (previous.is_some() || next.is_some()).then(|| {
        view! {
            <nav class="pager" aria-label=words::PAGES>
                {previous.map(|path| view! { <a href=path rel="prev">{words::PREVIOUS}</a> })}
                {next.map(|path| view! { <a href=path rel="next">{words::NEXT}</a> })}
            </nav>
        }
    });
    let file = address.clone().first_page().path(&routes::export(app));
    let advice = advice(&path, &list.advice);
    let bar = selected.map(|selected| view! { <BulkBar app=app.to_owned() selected /> });
    view! {
        <div class="list-day" role="group" aria-label=words::ALL_CALLS>
            <span>{words::ALL_CALLS}</span>
            {day_view(list.day)}
        </div>
        {advice}
        <div class="list-tools">
            {bar} <a class="list-export" href=file rel="external" download="">
                <Icon shape=Shape::Download />
                {words::EXPORT}
            </a>
        </div>
        <Show markup class="table-wrap" />
        {pager}
    }
    .into_any()
}

/// What good practice would change, each as a link to the keys in question.
fn advice(path: &str, advice: &[(String, i64)]) -> Option<AnyView> {
    let links: Vec<_> = advice
        .iter()
        .map(|(notable, count)| {
            let to = ListAddress {
                notable: notable.clone(),
                ..ListAddress::default()
            };
            let words = words::advice(notable, *count);
            view! {
                <li>
                    <a href=to.path(path)>{words}</a>
                </li>
            }
        })
        .collect();
    (!links.is_empty()).then(|| {
        view! {
            <div class="list-advice">
                <span id="advice">{words::ADVICE}</span>
                <ul aria-labelledby="advice">{links}</ul>
            </div>
        }
        .into_any()
    })
}

fn empty(app: &str, filtered: bool, editable: bool) -> AnyView {
    let (shape, title, hint) = if filtered {
        (Shape::Search, words::NO_MATCH, words::NO_MATCH_HINT)
    } else {
        (Shape::Key, words::EMPTY, words::EMPTY_HINT)
    };
    let way = if filtered {
        Some((routes::list(app), "secondary", words::CLEAR))
    } else {
        editable.then(|| (routes::new(app), "primary", words::CREATE_FIRST))
    };
    let way = way.map(|(path, variant, words)| {
        view! {
            <a class="button" data-variant=variant href=path>
                {words}
            </a>
        }
    });
    view! {
        <div class="empty-state">
            <Icon shape />
            <h2>{title}</h2>
            <p>{hint}</p>
            {way}
        </div>
    }
    .into_any()
}
