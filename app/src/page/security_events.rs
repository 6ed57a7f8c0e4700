//! App Settings → Security events.

use super::{Here, key_id, loaded, query};
use crate::{
    part::{
        filter::{Choice, FilterForm},
        key::actions::ChangeNotice,
        page_head::PageHead,
        security::{AcknowledgeNotice, EventList},
    },
    routes::{self, EventsAddress, QueryAddress},
    ui::{Icon, Name, Shape},
    words::security as words,
};
use domain::{
    key::KeySummary,
    security::{EventCursor, EventFilter, EventKind, EventPage, EventState, Severity},
};
use leptos::prelude::*;

/// What happened to the application's keys, and for owners to the account, and what can be done about it.
#[component]
pub fn SecurityEvents() -> impl IntoView {
    let here = Here::from_frame();
    let app = here.app();
    let address = query(EventsAddress::read);
    let filter = view! { <Filter action=routes::security_events(&app) address=address.clone() /> };
    let title = here.tab_title(words::TITLE);
    let events = loaded(async move {
        let EventsAddress {
            kind,
            severity,
            state,
            key,
            cursor,
        } = &address;
        let key = match key.as_str() {
            "" => None,
            key => Some(here.viewer.key(key_id(key)?).await?),
        };
        let filter = EventFilter::parse(kind, severity, state, key.as_ref().map(|key| key.id));
        let cursor = EventCursor::parse(cursor);
        let page = here.viewer.security_events(&filter, cursor).await?;
        Ok(filled(&here, page, key, &address, filter))
    });
    view! {
        {title}
        <PageHead title=words::TITLE lead=words::LEAD />
        {filter}
        <AcknowledgeNotice />
        <ChangeNotice />
        {events}
    }
}

/// The filters by severity, kind and state.
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
        <FilterForm action class="event-filter">
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
        </FilterForm>
    }
}

fn filled(
    here: &Here,
    page: EventPage,
    key: Option<KeySummary>,
    address: &EventsAddress,
    filter: EventFilter,
) -> AnyView {
    let app = here.app();
    let path = routes::security_events(&app);
    let narrowed = key.map(|key| {
        let all = EventsAddress {
            key: String::new(),
            cursor: String::new(),
            ..address.clone()
        };
        view! {
            <p>
                {words::WITH} <a href=routes::key(&app, key.id)>
                    <Name name=key.name.to_string() />
                </a> " · "
                <a href=all.path(&path)>{words::ALL_KEYS}</a>
            </p>
        }
    });
    if page.rows.is_empty() {
        let all = EventFilter {
            state: filter.state,
            ..EventFilter::default()
        };
        let filtered = filter != all || filter.state == EventState::Acknowledged;
        let nothing = nothing(path, filtered);
        return view! {
            {narrowed}
            {nothing}
        }
        .into_any();
    }
    let older = page.next.map(|cursor| {
        let page = address.clone().at(&cursor.to_param());
        view! { <a href=page.path(&path) rel="next">{words::OLDER}</a> }
    });
    let more_pages = page.next.is_some() || !address.cursor.is_empty();
    let newest = (!address.cursor.is_empty()).then(|| {
        let page = address.clone().first_page();
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
    // The line above the list names the only key.
    let grouped = address.key.is_empty();
    view! {
        {narrowed}
        <EventList
            app
            events=page.rows
            now=here.viewer.now()
            editable=here.role().can_edit_keys()
            grouped
            more_pages
        />
        {pager}
    }
    .into_any()
}

/// Shown if no event matches the filter, or there is none.
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
