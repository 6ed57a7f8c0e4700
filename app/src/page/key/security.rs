//! The security events of a key.

use crate::{
    api::security::{AcknowledgeEvent, EventList as Events, list_events},
    form::use_outcome,
    page::Here,
    part::{Changes, EventList},
    routes::{self, KeyEventsAddress},
    ui::{ErrorState, Icon, Notice, Shape, live::Announcer},
    words::{key_page as words, security},
};
use domain::security::EventState;
use leptos::{html, prelude::*};
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
    let action = ServerAction::<AcknowledgeEvent>::new();
    let outcome = use_outcome(action);
    let heading = NodeRef::<html::H2>::new();
    let announcer = Announcer::nearest();
    let changes = Changes::here();
    Effect::new(move |_| {
        let version = action.version().get();
        let done = action
            .value()
            .with_untracked(|done| matches!(done, Some(Ok(()))));
        if version > 0 && done {
            changes.bump();
            if let Some(announcer) = announcer {
                announcer.say(security::SEEN);
            }
            // The focused button is removed with its event.
            if let Some(heading) = heading.get_untracked() {
                _ = heading.focus();
            }
        }
    });
    let events = Resource::new(
        move || (app.get(), id.get(), address.get(), changes.version()),
        |(app, key, address, _)| {
            let KeyEventsAddress { state, cursor } = address;
            let any = String::new;
            list_events(app, any(), any(), state, key, cursor)
        },
    );
    let path = Signal::derive(move || format!("{}/{}", routes::list(&app.get()), id.get()));
    let list = move || {
        Suspend::new(async move {
            let editor = here
                .await
                .is_ok_and(|here| here.identity.role.can_edit_keys());
            match events.await {
                Err(error) => view! { <ErrorState error /> }.into_any(),
                Ok(events) => {
                    let action = editor.then_some(action);
                    filled(
                        app.get_untracked(),
                        path.get_untracked(),
                        events,
                        &address.get_untracked(),
                        action,
                    )
                }
            }
        })
    };
    view! {
        <section class="key-events" aria-labelledby="events">
            <div class="card-head">
                <h2 id="events" tabindex="-1" node_ref=heading>
                    {words::EVENTS}
                </h2>
                <States path address />
            </div>
            <div role="alert">
                {move || match outcome.get() {
                    Some(Err(error)) => {
                        let sentence = error.sentences().first().map(|field| field.message.clone());
                        Some(
                            view! {
                                <Notice tone="danger">
                                    {sentence.unwrap_or_else(|| error.to_string())}
                                </Notice>
                            },
                        )
                    }
                    _ => None,
                }}
            </div>
            <Transition>{list}</Transition>
        </section>
    }
}

#[component]
fn States(path: Signal<String>, address: Memo<KeyEventsAddress>) -> impl IntoView {
    let link = move |state: &'static str, words: &'static str| {
        let to = move || {
            let first = KeyEventsAddress {
                state: state.to_owned(),
                cursor: String::new(),
            };
            first.path(&path.get())
        };
        let current = move || {
            address
                .with(|address| address.state == state)
                .then_some("true")
        };
        view! {
            <a href=to aria-current=current data-noscroll="">
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
    action: Option<ServerAction<AcknowledgeEvent>>,
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
        <EventList app=app events=page.rows now action />
        {pager}
    }
    .into_any()
}
