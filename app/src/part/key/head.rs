//! The head of a key's page.

use super::{CriticalEventNotice, KeyStatus, actions, facts::since};
use crate::{
    routes,
    ui::{CopyButton, Icon, Menu, Name, Shape},
    words::{common, create, edit, list as words, rotate},
};
use domain::{
    key::{KeySummary, state::State},
    security::SecurityEvent,
    time::Timestamp,
};
use leptos::prelude::*;

/// The way back to the list, the key's name, status and id, its actions, and its latest critical event.
#[component]
pub fn KeyHead(
    /// The application's id.
    app: String,
    /// The key.
    key: KeySummary,
    /// Its latest critical event, if it is open.
    event: Option<SecurityEvent>,
    /// The server's clock.
    now: Timestamp,
    /// Whether the reader may change it.
    editable: bool,
    /// Whether the reader may revoke it, even if it cannot be changed.
    revocable: bool,
) -> impl IntoView {
    let name = key.name.to_string();
    let id = key.id.to_string();
    let since = since(&key, now);
    let actions = if editable {
        Some(actions(&app, &key))
    } else {
        let revoke = revocable && !matches!(key.state, State::Revoked { .. });
        revoke.then(|| revoke_alone(&app, &key))
    };
    let event = event
        .map(|event| view! { <CriticalEventNotice app=app.clone() key=key.id event editable=revocable /> });
    view! {
        <nav class="breadcrumb" aria-label="Breadcrumb">
            <ol>
                <li>
                    <a href=routes::list(&app)>{words::TITLE}</a>
                </li>
                <li>
                    <span aria-current="page">
                        <Name name=name.clone() />
                    </span>
                </li>
            </ol>
        </nav>
        <div class="key-head">
            <div class="key-title">
                <h1 tabindex="-1">
                    <Name name />
                </h1>
                <p class="key-status">
                    <KeyStatus key now />
                    {since}
                </p>
            </div>
            <p class="key-id">
                <code translate="no">{id.clone()}</code>
                <CopyButton label=common::COPY_KEY text=id icon=true />
            </p>
            {actions}
        </div>
        {event}
    }
}

/// The actions for a key of an archived application.
fn revoke_alone(app: &str, key: &KeySummary) -> AnyView {
    view! {
        <div class="page-actions">
            <a
                class="button"
                data-variant="danger"
                data-size="small"
                href=routes::revoke(app, key.id)
            >
                {words::REVOKE}
            </a>
        </div>
    }
    .into_any()
}

/// Edit and regenerate as buttons, the rest in a menu; a single entry is a button as well.
fn actions(app: &str, key: &KeySummary) -> AnyView {
    let button = |path: String, words: &'static str| {
        view! {
            <a class="button" data-variant="secondary" data-size="small" href=path>
                {words}
            </a>
        }
    };
    let changeable = matches!(key.state, State::Active | State::Inactive { .. });
    let edit = changeable.then(|| button(routes::edit(app, key.id), edit::EDIT));
    let regenerate = key
        .may_regenerate()
        .is_ok()
        .then(|| button(routes::regenerate(app, key.id), rotate::TITLE));
    let duplicate = routes::duplicate(app, key.id);
    let others = if matches!(key.state, State::Revoked { .. }) {
        button(duplicate, create::DUPLICATE).into_any()
    } else {
        let switch = actions::switch(app, key);
        let revoke = routes::revoke(app, key.id);
        view! {
            <Menu label=words::actions_for(key.name.as_str())>
                {switch} <a href=duplicate>
                    <Icon shape=Shape::Copy />
                    {create::DUPLICATE}
                </a> <hr /> <a href=revoke data-tone="danger">
                    <Icon shape=Shape::Trash />
                    {words::REVOKE}
                </a>
            </Menu>
        }
        .into_any()
    };
    view! { <div class="page-actions">{edit} {regenerate} {others}</div> }.into_any()
}
