//! Security events.

use super::bulk_bar::SelectionBar;
use crate::{
    act::{
        keys::change::DeactivateKey,
        security::{AcknowledgeEvent, AcknowledgeEvents},
    },
    form::{FormPage, refusal},
    routes::{self, AuditAddress, RequestsAddress},
    ui::{Icon, Notice, Shape, Submit, Time},
    words::security as words,
};
use domain::{
    key::token::KeyId,
    security::{EventKey, MAX_NOTE_CHARS, Remedy, SecurityEvent, Severity},
    time::{MINUTE, Timestamp},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The form of the boxes of the events.
const BULK: &str = "acknowledge";

/// What happened, how often and when, what it means, and what can be done about it.
#[component]
pub fn EventList(
    /// The application's id, for whoever may open its pages.
    #[prop(optional, into)]
    app: Option<String>,
    /// Those with the latest calls first.
    events: Vec<SecurityEvent>,
    /// The server's clock.
    now: Timestamp,
    /// Whether the reader may acknowledge them and change their keys.
    #[prop(optional)]
    editable: bool,
) -> impl IntoView {
    let open = events.iter().any(|event| event.acknowledged.is_none());
    let bar = app
        .clone()
        .filter(|_| editable && open)
        .map(|app| view! { <AcknowledgeBar app /> });
    let rows: Vec<_> = events
        .into_iter()
        .map(|event| row(app.as_deref(), event, now, editable))
        .collect();
    view! {
        {bar}
        <ol class="entries" aria-label=words::TITLE>
            {rows}
        </ol>
    }
}

/// What can be done with the selected events. Its style shows it while a box is ticked.
#[component]
fn AcknowledgeBar(
    /// The application's id.
    app: String,
) -> impl IntoView {
    view! {
        <SelectionBar app id=BULK action=AcknowledgeEvents::PATH label=words::SELECTED>
            <button type="submit" class="button" data-variant="secondary" data-size="small">
                <Icon shape=Shape::Check />
                {words::ACKNOWLEDGE_SELECTED}
            </button>
        </SelectionBar>
    }
}

/// The box of an event.
fn select(event: &SecurityEvent) -> AnyView {
    view! {
        <label class="choice">
            <input
                type="checkbox"
                name="events[]"
                form=BULK
                autocomplete="off"
                value=event.id.0.to_string()
                data-row=""
            />
            <span class="visually-hidden">{words::select(event.kind.title())}</span>
        </label>
    }
    .into_any()
}

/// Why the last acknowledgement failed.
#[component]
pub fn AcknowledgeNotice() -> impl IntoView {
    let error = [AcknowledgeEvent::PATH, AcknowledgeEvents::PATH]
        .into_iter()
        .find_map(refusal);
    let refused = error.map(|error| {
        let sentence = error.sentences().into_iter().next();
        let sentence = sentence.map_or_else(|| error.to_string(), |field| field.message);
        view! { <Notice tone="danger">{sentence}</Notice> }
    });
    view! { <div role="alert">{refused}</div> }
}

fn row(app: Option<&str>, event: SecurityEvent, now: Timestamp, editable: bool) -> AnyView {
    let kind = event.kind;
    let (tone, shape) = match kind.severity() {
        Severity::Critical => ("danger", Shape::Ban),
        Severity::Warning => ("warning", Shape::Warning),
        Severity::Notice => ("info", Shape::Info),
    };
    let value = (event.detail.is_empty() && !event.value.is_empty())
        .then(|| view! { <code>{event.value.clone()}</code> });
    let detail = (!event.detail.is_empty()).then(|| format!("{}. ", event.detail));
    let subject = subject(app, &event);
    let meta = meta(app, &event, now);
    let remedies = app
        .filter(|_| event.acknowledged.is_none())
        .map(|app| remedies(app, &event, editable));
    let select = app
        .filter(|_| editable && event.acknowledged.is_none())
        .map(|_| select(&event));
    let form = app
        .filter(|_| editable && event.acknowledged.is_none())
        .map(|app| form(app, &event));
    let seen = event.acknowledged.map(|seen| {
        view! {
            <p class="event-seen">
                <Icon shape=Shape::Check />
                <span>
                    {words::SEEN_BY} {seen.by} ", " <Time at=seen.at now />
                    {(!seen.note.is_empty()).then(|| view! { <q>{seen.note}</q> })}
                </span>
            </p>
        }
    });
    view! {
        <li id=format!("event-{}", event.id.0)>
            <p class="event-what">
                {select} <span class="badge" data-tone=tone>
                    <Icon shape />
                    {words::severity(kind.severity())}
                </span>
                <strong>{kind.title()}</strong>
                {value}
                {subject}
                <span class="event-times">{words::times(event.calls)}</span>
            </p>
            <p>{detail} {words::meaning(kind)}</p>
            {meta}
            {seen}
            <div class="event-actions">{remedies} {form}</div>
        </li>
    }
    .into_any()
}

/// The key or the person that it is about.
fn subject(app: Option<&str>, event: &SecurityEvent) -> AnyView {
    let Some(key) = &event.key else {
        let words = event
            .subject
            .parse()
            .map_or_else(|_| event.subject.clone(), KeyId::mask);
        return view! { <span>{words}</span> }.into_any();
    };
    let name = key.name.to_string();
    match app {
        Some(app) => view! { <a href=routes::key(app, key.id)>{name}</a> }.into_any(),
        None => view! { <span>{name}</span> }.into_any(),
    }
}

fn meta(app: Option<&str>, event: &SecurityEvent, now: Timestamp) -> AnyView {
    let long = event.last_at.since(event.first_at) >= MINUTE;
    let since = long.then(|| {
        view! {
            <span>
                {words::SINCE} " " <Time at=event.first_at now />
            </span>
        }
    });
    let said = |before: &'static str, text: &String| {
        (!text.is_empty()).then(|| {
            let before = (!before.is_empty()).then(|| format!("{before} "));
            view! { <span>{before} {text.clone()}</span> }
        })
    };
    let request = (!event.request_id.is_empty()).then(|| {
        let id = event.request_id.clone();
        let link = app.filter(|_| event.key.is_some()).map(|app| {
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
        view! {
            <span>
                {words::REQUEST} " " <code>{id}</code>
            </span>
        }
    });
    view! {
        <p class="entries-meta">
            <Time at=event.last_at now />
            {since}
            {said(words::FROM, &event.address)}
            {said("", &event.route)}
            {said("", &event.user_agent)}
            {request}
        </p>
    }
    .into_any()
}

/// Links to what can be done by whoever looks.
fn remedies(app: &str, event: &SecurityEvent, editor: bool) -> AnyView {
    let all = event.kind.remedies().iter();
    let links: Vec<_> = all
        .filter_map(|remedy| {
            if *remedy == Remedy::Deactivate {
                let key = changeable(event, editor)?;
                return Some(deactivate(app, key.id));
            }
            let path = remedy_path(app, *remedy, event, editor)?;
            Some(
                view! {
                    <a class="button" data-variant="secondary" data-size="small" href=path>
                        {words::remedy(*remedy)}
                    </a>
                }
                .into_any(),
            )
        })
        .collect();
    links.into_any()
}

/// Where a remedy leads; nothing if it leads nowhere, or the reader may not go there.
pub fn remedy_path(
    app: &str,
    remedy: Remedy,
    event: &SecurityEvent,
    editor: bool,
) -> Option<String> {
    let key = || changeable(event, editor);
    Some(match remedy {
        Remedy::Requests => {
            let key = event.key.as_ref()?.id.to_string();
            RequestsAddress::of_key(&key).path(&routes::requests(app))
        }
        Remedy::Members => routes::members(app),
        Remedy::AuditLog => AuditAddress::on(&event.subject).path(&routes::audit_log(app)),
        Remedy::RestrictAddresses => format!("{}#allowed_ips", routes::edit(app, key()?.id)),
        Remedy::Scopes => format!("{}#scopes", routes::edit(app, key()?.id)),
        Remedy::Regenerate => routes::regenerate(app, key().filter(|key| !key.replaced)?.id),
        Remedy::Deactivate => return None,
    })
}

/// The key of an event, if the reader may change it.
fn changeable(event: &SecurityEvent, editor: bool) -> Option<&EventKey> {
    event.key.as_ref().filter(|key| key.revocable && editor)
}

fn deactivate(app: &str, id: KeyId) -> AnyView {
    let (app, id) = (app.to_owned(), id.to_string());
    view! {
        <form method="post" action=DeactivateKey::PATH>
            <FormPage />
            <input type="hidden" name="app" value=app />
            <input type="hidden" name="key" value=id />
            <button type="submit" class="button" data-variant="secondary" data-size="small">
                {words::remedy(Remedy::Deactivate)}
            </button>
        </form>
    }
    .into_any()
}

/// Opens where it is wanted: most events need no words.
fn form(app: &str, event: &SecurityEvent) -> AnyView {
    let (app, number) = (app.to_owned(), event.id.0.to_string());
    let id = format!("note-{number}");
    let hint = format!("{id}-hint");
    view! {
        <details class="event-form">
            <summary class="button" data-variant="ghost" data-size="small">
                {words::ACKNOWLEDGE}
            </summary>
            <form method="post" action=AcknowledgeEvent::PATH>
                <FormPage />
                <input type="hidden" name="app" value=app />
                <input type="hidden" name="event" value=number />
                <div class="field">
                    <label for=id.clone()>{words::NOTE}</label>
                    <textarea
                        id=id
                        name="note"
                        rows="2"
                        maxlength=MAX_NOTE_CHARS.to_string()
                        aria-describedby=hint.clone()
                    ></textarea>
                    <p class="field-hint" id=hint>
                        {words::NOTE_HINT}
                    </p>
                </div>
                <Submit label=words::ACKNOWLEDGE variant="secondary" />
            </form>
        </details>
    }
    .into_any()
}
