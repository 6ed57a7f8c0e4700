//! The cell with the status of a key in the list.

use crate::{part::key::status::state_view, words::list as words};
use domain::{
    key::{KeySummary, condition::KeyCondition, state::State},
    security::EventKind,
    time::{DAY, Timestamp},
};
use leptos::prelude::*;

/// The status, and at most one thing to know about the key.
pub fn status(key: &KeySummary, critical: Option<EventKind>, now: Timestamp) -> AnyView {
    let note = note(key, critical, now).map(|Note { text, title, tone }| {
        view! { <small title=title data-tone=tone>{text}</small> }
    });
    view! {
        {state_view(&key.state)}
        {note}
    }
    .into_any()
}

/// What there is to know about a key.
struct Note {
    text: String,
    /// The same in full.
    title: String,
    tone: Option<&'static str>,
}

impl Note {
    fn new(text: String, tone: Option<&'static str>) -> Self {
        Self {
            title: text.clone(),
            text,
            tone,
        }
    }
}

/// The most urgent of what there is to know about a key that has not ended.
fn note(key: &KeySummary, critical: Option<EventKind>, now: Timestamp) -> Option<Note> {
    const WARNING: Option<&str> = Some("warning");
    let has = |condition: KeyCondition| condition.holds_for(key, now);
    if let Some(kind) = critical
        && matches!(key.state, State::Active | State::Inactive { .. })
    {
        return Some(Note {
            text: words::critical(kind).to_owned(),
            title: kind.title().to_owned(),
            tone: Some("danger"),
        });
    }
    if has(KeyCondition::Retiring) {
        let end = key.retiring_until(now)?;
        return Some(Note::new(words::stops(&end.relative_to(now)), WARNING));
    }
    if has(KeyCondition::ExpiresSoon) {
        let end = key.expires_at?;
        return Some(Note::new(words::expires(&end.relative_to(now)), WARNING));
    }
    if has(KeyCondition::NotConfirmed) {
        return Some(Note::new(words::SECRET_NOT_SAVED.to_owned(), WARNING));
    }
    if has(KeyCondition::Idle) {
        let days = now.since(key.last_used.as_ref()?.at) / DAY;
        return Some(Note::new(words::unused_for(days), None));
    }
    has(KeyCondition::NeverUsed).then(|| Note::new(words::NEVER_USED.to_owned(), None))
}
