//! What an event means, its last occurrence, and what can be done about it.

use super::{Reader, acknowledge::acknowledge_form, remedies::remedies};
use crate::{
    routes::{self, RequestsAddress},
    ui::{Icon, Name, Shape, Time, Verbatim},
    words::security as words,
};
use domain::{
    security::{Acknowledgement, SecurityEvent},
    time::{MINUTE, Timestamp},
};
use leptos::prelude::*;

/// The details below the line of an event.
pub fn details(reader: Reader<'_>, event: SecurityEvent) -> AnyView {
    let detail = (!event.detail.is_empty()).then(|| format!("{}. ", event.detail));
    let facts = facts(reader, &event);
    let actions = reader
        .app
        .filter(|_| event.acknowledged.is_none())
        .map(|app| {
            let remedies: Vec<_> = remedies(app, &event, reader.editable).collect();
            let form = reader.editor().map(|app| acknowledge_form(app, event.id));
            view! { <div class="event-actions">{remedies} {form}</div> }
        });
    let meaning = words::meaning(event.kind);
    let acknowledged = event
        .acknowledged
        .map(|acknowledgement| acknowledged(acknowledgement, reader.now));
    view! {
        <div class="event-details">
            <p class="event-meaning">{detail} {meaning}</p>
            {facts}
            {acknowledged}
            {actions}
        </div>
    }
    .into_any()
}

/// Facts that are not in the line.
fn facts(reader: Reader<'_>, event: &SecurityEvent) -> Option<AnyView> {
    let first = (event.last_at.since(event.first_at) >= MINUTE)
        .then(|| view! { <Time at=event.first_at now=reader.now /> }.into_any());
    let text = |text: &String| {
        let text = (!text.is_empty()).then(|| text.clone());
        text.map(|text| view! { <Verbatim text /> }.into_any())
    };
    let facts: Vec<_> = [
        (words::FIRST_SEEN, first),
        (words::ADDRESS, text(&event.address)),
        (words::ROUTE, text(&event.route)),
        (words::CLIENT, text(&event.user_agent)),
        (words::REQUEST, request(reader, event)),
    ]
    .into_iter()
    .filter_map(|(name, value)| {
        let value = value?;
        Some(view! {
            <div>
                <dt>{name}</dt>
                <dd>{value}</dd>
            </div>
        })
    })
    .collect();
    (!facts.is_empty()).then(|| view! { <dl class="event-facts">{facts}</dl> }.into_any())
}

/// The id of the last request, as a link to it where it was logged.
fn request(reader: Reader<'_>, event: &SecurityEvent) -> Option<AnyView> {
    let id = event.request_id.clone();
    if id.is_empty() {
        return None;
    }
    let link = reader.app.filter(|_| event.key.is_some()).map(|app| {
        RequestsAddress {
            request: id.clone(),
            ..RequestsAddress::default()
        }
        .path(&routes::requests(app))
    });
    let id = match link {
        Some(href) => view! { <a href=href>{id}</a> }.into_any(),
        None => id.into_any(),
    };
    Some(view! { <code translate="no">{id}</code> }.into_any())
}

fn acknowledged(acknowledgement: Acknowledgement, now: Timestamp) -> AnyView {
    let Acknowledgement { at, by, note } = acknowledgement;
    let note = (!note.is_empty()).then(|| view! { <q translate="no">{note}</q> });
    view! {
        <p class="event-acknowledged">
            <Icon shape=Shape::Check />
            <span>
                {words::SEEN_BY} <Name name=by /> ", " <Time at now /> {note}
            </span>
        </p>
    }
    .into_any()
}
