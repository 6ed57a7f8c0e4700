//! The security events of a key.

use crate::{
    api::security::{EventList as Events, list_events},
    page::Here,
    part::{EventList, event_list::AcknowledgeNotice},
    routes::{self, KeyEventsAddress},
    ui::{ErrorState, Icon, Shape},
    words::{key_page as words, security},
};
use domain::security::EventState;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// The open events, or all of them, with their remedies.
#[component]
pub fn KeySecurity(app: Memo<String>, id: Memo<String>) -> impl IntoView {
    let here = Here::from_frame();
    let query = use_query_map();
    let address = Memo::new(move |_| {
        query.with(|query| KeyEventsAddress {
            state: Some(query.get("state").unwrap_or_default())
                .filter(|state| state == EventState::All.as_str())
                .unwrap_or_default(),
            cursor: query.get("cursor").unwrap_or_default(),
        })
    });
    let events = Resource::new(
        move || (app.get(), id.get(), address.get()),
        |(app, key, address)| {
            let KeyEventsAddress { state, cursor } = address;
            let any = String::new;
            list_events(app, any(), any(), state, key, cursor)
        },
    );
    let path = format!(
        "{}/{}",
        routes::list(&app.get_untracked()),
        id.get_untracked()
    );
    let states = view! { <States path=path.clone() address=address.get_untracked() /> };
    let list = move || {
        let path = path.clone();
        Suspend::new(async move {
            let editable = here
                .await
                .is_ok_and(|here| here.identity.role.can_edit_keys());
            match events.await {
                Err(error) => view! { <ErrorState error /> }.into_any(),
                Ok(events) => filled(
                    app.get_untracked(),
                    path,
                    events,
                    &address.get_untracked(),
                    editable,
                ),
            }
        })
    };
    view! {
        <section class="key-events" aria-labelledby="events">
            <div class="card-head">
                <h2 id="events" tabindex="-1">
                    {words::EVENTS}
                </h2>
                {states}
            </div>
            <AcknowledgeNotice />
            <Transition>{list}</Transition>
        </section>
    }
}

#[component]
fn States(path: String, address: KeyEventsAddress) -> impl IntoView {
    let link = |state: &'static str, words: &'static str| {
        let first = KeyEventsAddress {
            state: state.to_owned(),
            cursor: String::new(),
        };
        let current = (address.state == state).then_some("true");
        view! {
            <a href=first.path(&path) aria-current=current>
                {words}
            </a>
        }
    };
    view! {
        <nav class="segmented" aria-label=words::EVENT_STATES>
            {link("", words::OPEN_EVENTS)} {link(EventState::All.as_str(), words::ALL_EVENTS)}
        </nav>
    }
}

fn filled(
    app: String,
    path: String,
    events: Events,
    address: &KeyEventsAddress,
    editable: bool,
) -> AnyView {
    let Events { page, now, .. } = events;
    if page.rows.is_empty() {
        let words = if address.state.is_empty() {
            words::NO_OPEN_EVENTS
        } else {
            words::NO_EVENTS
        };
        return view! {
            <div class="empty-state">
                <Icon shape=Shape::Check />
                <h3>{words}</h3>
            </div>
        }
        .into_any();
    }
    let at = |cursor: String| {
        let page = KeyEventsAddress {
            cursor,
            ..address.clone()
        };
        page.path(&path)
    };
    let older = page
        .next
        .map(|cursor| view! { <a href=at(cursor.to_param()) rel="next">{security::OLDER}</a> });
    let newest = (!address.cursor.is_empty())
        .then(|| view! { <a href=at(String::new())>{security::NEWEST}</a> });
    let pager = (older.is_some() || newest.is_some()).then(|| {
        view! {
            <nav class="pager" aria-label=security::PAGES>
                {newest}
                {older}
            </nav>
        }
    });
    view! {
        <EventList app=app events=page.rows now editable />
        {pager}
    }
    .into_any()
}
