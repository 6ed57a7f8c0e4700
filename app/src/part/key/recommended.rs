//! Recommendations that make a key safer.

use super::{actions, critical_event::first_remedy};
use crate::{
    act::keys::first_use::DiscardKey,
    form::refusal,
    part::key_button::KeyButton,
    routes,
    ui::{Notice, Sentence},
    words::{edit, key_page as words, suggest},
};
use domain::{
    key::{
        KeySummary,
        suggestion::{ScopeUsage, Suggestion, suggestions},
    },
    security::SecurityEvent,
    time::Timestamp,
};
use leptos::{prelude::*, server_fn::ServerFn};

/// Recommendations at most.
const MAX_RECOMMENDED: usize = 3;

/// Critical events, then suggestions, each with its remedy; nothing if there are none.
#[component]
pub fn Recommended(
    /// The application's id.
    app: String,
    /// The key.
    key: KeySummary,
    /// Critical events.
    events: Vec<SecurityEvent>,
    /// The scopes that its calls required.
    used: ScopeUsage,
    /// The server's clock.
    now: Timestamp,
) -> impl IntoView {
    let refused = refusal(DiscardKey::PATH)
        .map(|error| view! { <Notice tone="danger">{error.to_string()}</Notice> });
    let critical = events.iter().map(|event| {
        let remedy = first_remedy(&app, event, true).map(|(path, words)| link(path, words));
        let sentence = Sentence::from(words::critical(event.kind));
        (sentence, remedy.into_any())
    });
    let discard = key.discardable().is_ok().then(|| {
        let form = view! {
            <KeyButton action=DiscardKey::PATH app=app.clone() key=key.id label=edit::DISCARD />
        };
        (Sentence::from(edit::DISCARD_WHY), form.into_any())
    });
    let discardable = discard.is_some();
    let suggestions = suggestions(&key, &used, now)
        .into_iter()
        .filter(|found| *found != Suggestion::NotConfirmed || !discardable)
        .map(|suggestion| {
            let sentence = sentence(suggestion, used.since, now);
            (sentence, remedy(suggestion, &app, &key))
        });
    let lines: Vec<_> = critical
        .chain(discard)
        .chain(suggestions)
        .take(MAX_RECOMMENDED)
        .map(|(sentence, remedy)| view! { <li><span>{sentence.view()}</span> " " {remedy}</li> })
        .collect();
    if lines.is_empty() {
        return view! { <div role="alert">{refused}</div> }.into_any();
    }
    view! {
        <section class="card recommended" aria-labelledby="recommended">
            <h2 id="recommended">{words::RECOMMENDED}</h2>
            <div role="alert">{refused}</div>
            <ul>{lines}</ul>
        </section>
    }
    .into_any()
}

/// The text of a suggestion, in which scopes are not translated.
fn sentence(suggestion: Suggestion, since: Option<Timestamp>, now: Timestamp) -> Sentence {
    let Suggestion::UnusedScopes { scopes } = suggestion else {
        return suggest::sentence(suggestion, since, now).into();
    };
    let names: Vec<_> = scopes.names().collect();
    Sentence::about([&names.join(", ")], |[text]| {
        suggest::unused_scopes(text, names.len(), since)
    })
}

fn remedy(suggestion: Suggestion, app: &str, key: &KeySummary) -> AnyView {
    let edit = |field| format!("{}#{field}", routes::edit(app, key.id));
    let (path, words) = match suggestion {
        Suggestion::NotConfirmed | Suggestion::Old { .. } => {
            (routes::regenerate(app, key.id), suggest::REGENERATE)
        }
        Suggestion::ExpiresSoon { .. } => (edit("expiration"), suggest::CHANGE_END),
        Suggestion::NeverExpires => (edit("expiration"), suggest::SET_END),
        Suggestion::AnyAddress => (edit("allowed_ips"), suggest::LIMIT_ADDRESSES),
        Suggestion::UnusedScopes { .. } => (edit("scopes"), suggest::REMOVE_SCOPES),
        Suggestion::Idle { .. } => {
            return view! {
                <button
                    type="submit"
                    class="button"
                    data-variant="secondary"
                    data-size="small"
                    form=actions::DEACTIVATE
                    name="key"
                    value=key.id.to_string()
                >
                    {suggest::DEACTIVATE}
                </button>
            }
            .into_any();
        }
    };
    link(path, words)
}

fn link(path: String, words: &'static str) -> AnyView {
    view! {
        <a class="button" data-variant="secondary" data-size="small" href=path>
            {words}
        </a>
    }
    .into_any()
}
