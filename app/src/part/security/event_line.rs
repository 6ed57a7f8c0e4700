//! A security event as one line, which opens to its details.

use super::{Reader, acknowledge::event_box, event_details::details, remedies::remedies};
use crate::{
    ui::{Icon, Shape, Time},
    words::security as words,
};
use domain::security::{SecurityEvent, Severity};
use leptos::prelude::*;

/// The box and the first remedy are beside the `<summary>`, which must not contain controls; the style puts them on one line.
pub fn line(reader: Reader<'_>, event: SecurityEvent) -> AnyView {
    let id = format!("event-{}", event.id.0);
    let acknowledged = event.acknowledged.is_some();
    let select = reader
        .editor()
        .filter(|_| !acknowledged)
        .map(|_| event_box(&event));
    let remedy = reader
        .app
        .filter(|_| !acknowledged)
        .and_then(|app| remedies(app, &event, reader.editable).next())
        .map(|remedy| view! { <div class="event-remedy">{remedy}</div> });
    let summary = summary(reader, &event);
    let details = details(reader, event);
    view! {
        <li class="event" id=id data-acknowledged=acknowledged.then_some("")>
            {select}
            <details>
                {summary}
                {details}
            </details>
            {remedy}
        </li>
    }
    .into_any()
}

fn summary(reader: Reader<'_>, event: &SecurityEvent) -> AnyView {
    let severity = event.kind.severity();
    let tone = match severity {
        Severity::Critical => "danger",
        Severity::Warning => "warning",
        Severity::Notice => "info",
    };
    let check = event.acknowledged.as_ref().map(|_| {
        view! {
            <span class="event-check">
                <Icon shape=Shape::Check />
                <span class="visually-hidden">{words::SEEN}</span>
            </span>
        }
    });
    // What a person reads of a value is in the detail.
    let value = match (event.detail.as_str(), event.value.as_str()) {
        ("", "") => None,
        ("", value) => {
            let value = value.to_owned();
            Some(
                view! { <code translate="no" title=value.clone()>{value.clone()}</code> }
                    .into_any(),
            )
        }
        (detail, _) => Some(view! { <small>{detail.to_owned()}</small> }.into_any()),
    };
    view! {
        <summary>
            {check} <span class="status event-severity" data-tone=tone>
                <span class="status-dot"></span>
                {words::severity(severity)}
            </span> <span class="event-title">
                <strong>{event.kind.title()}</strong>
                " "
                {value}
            </span> <span class="event-times">{words::times(event.calls)}</span>
            <Time at=event.last_at now=reader.now />
            <Icon shape=Shape::ChevronDown />
        </summary>
    }
    .into_any()
}
