//! A critical security event with what can be done about it.

use crate::{
    part::security::remedy_path,
    routes::{self, KeyTab},
    ui::Notice,
    words::{key_page as words, security},
};
use domain::{key::token::KeyId, security::SecurityEvent};
use leptos::prelude::*;

/// The meaning of the event, its first remedy, and the link to the events.
#[component]
pub fn CriticalEventNotice(
    /// The application's id.
    app: String,
    /// The key.
    key: KeyId,
    /// The event.
    event: SecurityEvent,
    /// Whether the reader may change the key.
    editable: bool,
) -> impl IntoView {
    let events = KeyTab::Security.path(&routes::key(&app, key));
    let remedy = first_remedy(&app, &event, editable).map(|(path, words)| {
        view! {
            <a href=path>{words}</a>
            " · "
        }
    });
    view! {
        <Notice tone="danger">
            <strong>{words::critical(event.kind)}</strong> " " {remedy} <a href=events>{words::VIEW_EVENTS}</a>
        </Notice>
    }
}

/// The link of the first remedy that the reader can follow, and its words.
pub fn first_remedy(
    app: &str,
    event: &SecurityEvent,
    editable: bool,
) -> Option<(String, &'static str)> {
    event.kind.remedies().iter().find_map(|remedy| {
        let path = remedy_path(app, *remedy, event, editable)?;
        Some((path, security::remedy(*remedy)))
    })
}
