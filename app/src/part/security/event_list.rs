//! Security events, grouped by the key or the person they are about.

use super::{Reader, acknowledge::AcknowledgeBar, event_line::line};
use crate::{part::selection::all_box, routes, ui::Name, words::security as words};
use domain::{
    key::token::KeyId,
    security::{SecurityEvent, Severity},
    time::Timestamp,
};
use leptos::prelude::*;
use std::cmp::Reverse;

/// One line an event. Where the reader can acknowledge events, each open one has a box.
#[component]
pub fn EventList(
    /// The application's id, if the reader can open its pages.
    #[prop(optional, into)]
    app: Option<String>,
    /// The newest first. Of a page, what is urgent is shown first.
    events: Vec<SecurityEvent>,
    /// The server's clock.
    now: Timestamp,
    /// Whether the reader can acknowledge events and change keys.
    #[prop(optional)]
    editable: bool,
    /// Whether the events are about several keys or persons, each with a heading.
    #[prop(optional)]
    grouped: bool,
    /// Whether other pages have more events.
    #[prop(optional)]
    more_pages: bool,
) -> impl IntoView {
    let reader = Reader {
        app: app.as_deref(),
        editable,
        now,
    };
    let mut events = events;
    events.sort_by_key(urgency);
    let bar = reader
        .editor()
        .filter(|_| count_open(&events) > 0)
        .map(|app| view! { <AcknowledgeBar app=app.to_owned() /> });
    let list = if grouped {
        group_by(events, |event| event.subject.clone())
            .into_iter()
            .map(|events| group(reader, events, more_pages))
            .collect_view()
            .into_any()
    } else {
        lines(reader, events, words::TITLE.to_owned())
    };
    view! {
        {bar}
        <div class="entries event-groups">{list}</div>
    }
}

/// The events of one key or person.
fn group(reader: Reader<'_>, events: Vec<SecurityEvent>, more_pages: bool) -> AnyView {
    let Some(first) = events.first() else {
        return ().into_any();
    };
    let id = format!("events-{}", first.subject);
    let name = subject_name(first);
    let link = reader
        .app
        .zip(first.key.as_ref())
        .map(|(app, key)| routes::key(app, key.id));
    let heading = match link {
        Some(href) => view! {
            <a href=href>
                <Name name=name.clone() />
            </a>
        }
        .into_any(),
        None => view! { <Name name=name.clone() /> }.into_any(),
    };
    let open = count_open(&events);
    let count = (open > 0).then(|| view! { <p>{words::open_here(open, more_pages)}</p> });
    // For a single event, its own box is enough.
    let select = reader
        .editor()
        .filter(|_| open > 1)
        .map(|_| all_box(words::select_all_of(&name)));
    let lines = lines(reader, events, words::events_of(&name));
    view! {
        <section class="event-group" id=id data-boxes="">
            <div class="event-subject">
                {select} <h2>{heading}</h2> {count}
            </div>
            {lines}
        </section>
    }
    .into_any()
}

/// Events with the same cause are next to each other.
fn lines(reader: Reader<'_>, events: Vec<SecurityEvent>, label: String) -> AnyView {
    let lines = group_by(events, |event| event.kind)
        .into_iter()
        .flatten()
        .map(|event| line(reader, event))
        .collect_view();
    view! {
        <ol class="events" aria-label=label>
            {lines}
        </ol>
    }
    .into_any()
}

/// The name of the key, or the e-mail address of the person. A key that no longer exists is shown by its id.
fn subject_name(event: &SecurityEvent) -> String {
    match &event.key {
        Some(key) => key.name.to_string(),
        None => event
            .subject
            .parse()
            .map_or_else(|_| event.subject.clone(), KeyId::mask),
    }
}

/// Sorts open events first, and among them the most severe ones.
fn urgency(event: &SecurityEvent) -> (bool, Reverse<Severity>) {
    (event.acknowledged.is_some(), Reverse(event.kind.severity()))
}

fn count_open(events: &[SecurityEvent]) -> usize {
    events
        .iter()
        .filter(|event| event.acknowledged.is_none())
        .count()
}

/// Groups events by `key`, in the order in which the groups first appear.
fn group_by<K: PartialEq>(
    events: Vec<SecurityEvent>,
    key: impl Fn(&SecurityEvent) -> K,
) -> Vec<Vec<SecurityEvent>> {
    let mut groups: Vec<(K, Vec<SecurityEvent>)> = Vec::new();
    for event in events {
        let key = key(&event);
        match groups.iter_mut().find(|group| group.0 == key) {
            Some(group) => group.1.push(event),
            None => groups.push((key, vec![event])),
        }
    }
    groups.into_iter().map(|group| group.1).collect()
}

#[cfg(test)]
mod tests {
    use super::{group_by, urgency};
    use domain::{
        security::{EventId, EventKind, SecurityEvent},
        time::Timestamp,
    };

    fn event(id: i64, subject: &str) -> SecurityEvent {
        SecurityEvent {
            id: EventId(id),
            kind: EventKind::WrongSecret,
            subject: subject.to_owned(),
            key: None,
            value: String::new(),
            first_at: Timestamp(0),
            last_at: Timestamp(0),
            calls: 1,
            address: String::new(),
            route: String::new(),
            user_agent: String::new(),
            request_id: String::new(),
            detail: String::new(),
            acknowledged: None,
        }
    }

    #[test]
    fn the_most_severe_events_are_first_and_among_them_the_newest() {
        let mut events: Vec<_> = [
            (4, EventKind::AgentChanged),
            (3, EventKind::FromBrowser),
            (2, EventKind::WrongSecret),
            (1, EventKind::FromBrowser),
        ]
        .map(|(id, kind)| SecurityEvent {
            kind,
            ..event(id, "a")
        })
        .into();
        events.sort_by_key(urgency);
        let ids: Vec<_> = events.iter().map(|event| event.id.0).collect();
        assert_eq!(ids, [3, 1, 2, 4]);
    }

    #[test]
    fn groups_are_in_the_order_of_their_newest_events() {
        let events = [(5, "b"), (4, "a"), (3, "b"), (2, "c"), (1, "a")];
        let events = events.map(|(id, subject)| event(id, subject)).to_vec();
        let ids: Vec<Vec<i64>> = group_by(events, |event| event.subject.clone())
            .iter()
            .map(|group| group.iter().map(|event| event.id.0).collect())
            .collect();
        assert_eq!(ids, [vec![5, 3], vec![4, 1], vec![2]]);
    }
}
