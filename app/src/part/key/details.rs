//! The facts of a key that do not restrict it.

use crate::{
    routes,
    ui::{Sentence, Verbatim, time::Day},
    words::{key_page as words, list},
};
use domain::key::{Environment, KeySummary, token::KeyId};
use leptos::prelude::*;

/// Environment, creation, note, last request, and the keys before and after.
#[component]
pub fn Details(
    /// The application's id.
    app: String,
    /// The key.
    key: KeySummary,
) -> impl IntoView {
    let environment = match key.environment {
        Environment::Live => list::LIVE,
        Environment::Test => list::TEST,
    };
    let by = key.created_by_email.map(|email| {
        let name = email.split('@').next().unwrap_or_default();
        let words = Sentence::about([name], |[name]| words::by(name));
        view! {
            " "
            <span title=email.clone()>{words.view()}</span>
        }
    });
    let note = (!key.description.is_empty()).then(|| {
        view! {
            <dt>{words::NOTE}</dt>
            <dd>{key.description}</dd>
        }
    });
    let request = key
        .last_used
        .filter(|used| !used.user_agent.is_empty() || !used.route.is_empty())
        .map(|used| {
            view! {
                <dt>{words::LAST_REQUEST}</dt>
                <dd class="last-request">
                    <code translate="no">{used.route}</code>
                    " "
                    <Verbatim text=used.user_agent />
                </dd>
            }
        });
    let other = |words: &'static str, id: Option<KeyId>| {
        id.map(|id| {
            view! {
                <dt>{words}</dt>
                <dd>
                    <a href=routes::key(&app, id) translate="no">{id.mask()}</a>
                </dd>
            }
        })
    };
    view! {
        <section class="card" aria-labelledby="details">
            <h2 id="details">{words::DETAILS}</h2>
            <dl class="facts">
                <dt>{words::ENVIRONMENT}</dt>
                <dd>{environment}</dd>
                <dt>{words::CREATED}</dt>
                <dd>
                    <Day at=key.created_at />
                    {by}
                </dd>
                {note}
                {request}
                {other(words::REPLACES, key.replaces)}
                {other(words::REPLACED_BY, key.replaced_by)}
            </dl>
        </section>
    }
    .into_any()
}
