//! What would make a key safer.

use super::key_actions;
use crate::{routes, words::suggest};
use domain::{
    key::{
        KeySummary,
        suggestion::{ScopeUsage, Suggestion, suggestions},
    },
    time::Timestamp,
};
use leptos::prelude::*;

/// One sentence each, with what one click does about it; nothing where there is nothing to say.
#[component]
pub fn Suggestions(
    /// The application's id.
    app: String,
    /// The key.
    key: KeySummary,
    /// What its calls asked for.
    used: ScopeUsage,
    /// The server's clock.
    now: Timestamp,
) -> impl IntoView {
    // Of a secret that nobody has stored the page speaks at its top, with the way to discard it.
    let found: Vec<_> = suggestions(&key, &used, now)
        .into_iter()
        .filter(|found| *found != Suggestion::NotConfirmed)
        .collect();
    if found.is_empty() {
        return ().into_any();
    }
    let lines = found
        .into_iter()
        .map(|suggestion| {
            view! {
                <li>
                    <span>{suggest::sentence(suggestion, used.since, now)}</span>
                    {remedy(suggestion, &app, &key)}
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card suggestions" aria-labelledby="suggestions">
            <h2 id="suggestions">{crate::words::key::SUGGESTIONS}</h2>
            <ul>{lines}</ul>
        </section>
    }
    .into_any()
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
                    form=key_actions::OFF
                    name="key"
                    value=key.id.to_string()
                >
                    {suggest::DEACTIVATE}
                </button>
            }
            .into_any();
        }
    };
    view! {
        <a class="button" data-variant="secondary" href=path>
            {words}
        </a>
    }
    .into_any()
}
