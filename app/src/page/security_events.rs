//! App Settings → Security events.

use super::{Here, param, tab_title};
use crate::{
    api::security::{EventList as Events, list_events},
    part::{
        EventList, event_list::AcknowledgeNotice, filter_bar::Choice, key_actions::ChangeNotice,
    },
    routes::{self, EventsAddress},
    ui::{ErrorState, Icon, Shape, TabTitle},
    words::security as words,
};
use domain::security::{EventKind, EventState, Severity};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// What somebody ought to know, and see to.
#[component]
pub fn SecurityEvents() -> impl IntoView {
    let app = param("app");
    let here = Here::from_frame();
    let query = use_query_map();
    let address = Memo::new(move |_| query.with(EventsAddress::read));
    let shown = Resource::new(
        move || (app.get(), address.get()),
        |(app, address)| {
            let EventsAddress {
                kind,
                severity,
                state,
                key,
                cursor,
            } = address;
            list_events(app, kind, severity, state, key, cursor)
        },
    );
    let title = move || {
        Suspend::new(async move {
            here.await.ok().map(|here| {
                view! { <TabTitle text=tab_title(words::TITLE, &here.application.name) /> }
            })
        })
    };
    let rows = move || {
        Suspend::new(async move {
            let editable = here
                .await
                .is_ok_and(|here| here.identity.role.can_edit_keys());
            let (app, address) = (app.get_untracked(), address.get_untracked());
            match shown.await {
                Err(error) => view! { <ErrorState error /> }.into_any(),
                Ok(events) => filled(app, events, &address, editable),
            }
        })
    };
    view! {
        <div class="page-head">
            <h1 tabindex="-1">
                {words::TITLE}
            </h1>
            <p class="page-lead">{words::LEAD}</p>
        </div>
        <Transition>{title}</Transition>
        <Filter
            action=routes::security_events(&app.get_untracked())
            address=address.get_untracked()
        />
        <AcknowledgeNotice />
        <ChangeNotice />
        <Suspense>{rows}</Suspense>
    }
}

/// A `GET` form: what it narrows to is in the address.
#[component]
fn Filter(action: String, address: EventsAddress) -> impl IntoView {
    let severities = Severity::ALL
        .map(|each| (each.as_str(), words::severity(each)))
        .to_vec();
    let kinds = EventKind::ALL
        .map(|each| (each.as_str(), each.title()))
        .to_vec();
    let states = vec![
        (EventState::Acknowledged.as_str(), words::SEEN),
        (EventState::All.as_str(), words::ALL),
    ];
    let key = (!address.key.is_empty())
        .then(|| view! { <input type="hidden" name="key" value=address.key /> });
    view! {
        <form method="get" action=action class="filter-bar" role="search">
            <Choice
                name="severity"
                label=words::SEVERITY
                all=words::ANY_SEVERITY
                choices=severities
                chosen=address.severity
            />
            <Choice
                name="kind"
                label=words::KIND
                all=words::ANY_KIND
                choices=kinds
                chosen=address.kind
            />
            <Choice
                name="state"
                label=words::STATE
                all=words::OPEN
                choices=states
                chosen=address.state
            />
            {key}
            <button type="submit" class="button" data-variant="secondary">
                {words::FILTER}
            </button>
        </form>
    }
}

fn filled(app: String, events: Events, address: &EventsAddress, editable: bool) -> AnyView {
    let path = routes::security_events(&app);
    let narrowed = events.key.map(|(id, name)| {
        let all = EventsAddress {
            key: String::new(),
            cursor: String::new(),
            ..address.clone()
        };
        view! {
            <p>
                {words::WITH} <a href=routes::key(&app, id)>{name.to_string()}</a> " · "
                <a href=all.path(&path)>{words::ALL_KEYS}</a>
            </p>
        }
    });
    if events.page.rows.is_empty() {
        let nothing = nothing(path, events.filtered);
        return view! {
            {narrowed}
            {nothing}
        }
        .into_any();
    }
    let older = events.page.next.map(|cursor| {
        let page = address.clone().at(cursor.to_param());
        view! { <a href=page.path(&path) rel="next">{words::OLDER}</a> }
    });
    let newest = (!address.cursor.is_empty()).then(|| {
        let page = address.clone().at(String::new());
        view! { <a href=page.path(&path)>{words::NEWEST}</a> }
    });
    let pager = (older.is_some() || newest.is_some()).then(|| {
        view! {
            <nav class="pager" aria-label=words::PAGES>
                {newest}
                {older}
            </nav>
        }
    });
    view! {
        {narrowed}
        <EventList app=app events=events.page.rows now=events.now editable />
        {pager}
    }
    .into_any()
}

/// Something is filtered out, or there is nothing to see to.
fn nothing(path: String, filtered: bool) -> AnyView {
    let (shape, title, hint) = if filtered {
        (Shape::Search, words::NO_MATCH, words::NO_MATCH_HINT)
    } else {
        (Shape::Check, words::QUIET, words::QUIET_HINT)
    };
    let clear = filtered.then(|| {
        view! {
            <a class="button" data-variant="secondary" href=path>
                {words::CLEAR}
            </a>
        }
    });
    view! {
        <div class="empty-state">
            <Icon shape />
            <h2>{title}</h2>
            <p>{hint}</p>
            {clear}
        </div>
    }
    .into_any()
}
