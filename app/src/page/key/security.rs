//! The security events of a key.

use crate::{
    page::{Here, loaded, query},
    part::security::{AcknowledgeNotice, EventList},
    routes::{self, KeyEventsAddress},
    ui::{Icon, Shape},
    words::{key_page as words, security},
};
use domain::security::{EventCursor, EventFilter, EventPage, EventState};
use leptos::prelude::*;
use management::KeyView;

/// The open events, or all of them, with their remedies.
#[component]
pub fn KeySecurity(here: Here, view: KeyView) -> impl IntoView {
    let address = query(|query| KeyEventsAddress {
        state: Some(query.get("state").unwrap_or_default())
            .filter(|state| state == EventState::All.as_str())
            .unwrap_or_default(),
        cursor: query.get("cursor").unwrap_or_default(),
    });
    let path = routes::key(&here.app(), view.key().id);
    let states = view! { <States path=path.clone() address=address.clone() /> };
    let list = loaded(async move {
        let filter = EventFilter::parse("", "", &address.state, Some(view.key().id));
        let cursor = EventCursor::parse(&address.cursor);
        let page = here.viewer.security_events(&filter, cursor).await?;
        Ok(filled(&here, path, page, &address))
    });
    view! {
        <section class="key-events" aria-labelledby="events">
            <div class="card-head">
                <h2 id="events" tabindex="-1">
                    {words::EVENTS}
                </h2>
                {states}
            </div>
            <AcknowledgeNotice />
            {list}
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

fn filled(here: &Here, path: String, page: EventPage, address: &KeyEventsAddress) -> AnyView {
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
        <EventList app=here.app() events=page.rows now=here.viewer.now() editable=here.role().can_edit_keys() />
        {pager}
    }
    .into_any()
}
