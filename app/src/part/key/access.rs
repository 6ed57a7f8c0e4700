//! The scopes, IP rules and rate limit of a key.

use crate::{
    routes,
    ui::{Icon, Shape},
    words::key_page as words,
};
use domain::key::{KeySummary, state::State, suggestion::ScopeUsage};
use leptos::prelude::*;

/// Scopes in sight; the others are behind one more click.
const MAX_SCOPES: usize = 8;

/// The scopes, with a mark at those that no call required; the IP allowlist and the rate limit.
#[component]
pub fn Access(
    /// The application's id.
    app: String,
    /// The key.
    key: KeySummary,
    /// The scopes that its calls required.
    used: ScopeUsage,
    /// Whether the reader may change it.
    editable: bool,
) -> impl IntoView {
    let unused = used.unused(key.scopes);
    let unused_names: Vec<_> = unused.names().collect();
    let since = used
        .since
        .filter(|_| !unused.is_empty())
        .map(|since| words::unused_since(&since.readable_date()));
    let mut rows: Vec<_> = key
        .scopes
        .names()
        .map(|name| {
            let mark = unused_names
                .contains(&name)
                .then(|| view! { <span title=since.clone()>{words::UNUSED}</span> });
            view! { <li><code translate="no">{name}</code> " " {mark}</li> }
        })
        .collect();
    let hidden = rows.split_off(rows.len().min(MAX_SCOPES));
    let more = (!hidden.is_empty()).then(|| {
        view! {
            <details>
                <summary>{words::more_scopes(hidden.len())}</summary>
                <ul class="access-scopes">{hidden}</ul>
            </details>
        }
    });
    // For those who may change it, it is among the recommendations.
    let hint = since.filter(|_| !editable);
    let changeable = editable && matches!(key.state, State::Active | State::Inactive { .. });
    let path = routes::edit(&app, key.id);
    let edit = |field: &str, label: &'static str| {
        changeable.then(|| {
            view! {
                <a class="icon-button" data-size="small" href=format!("{path}#{field}") aria-label=label title=label>
                    <Icon shape=Shape::Edit />
                </a>
            }
        })
    };
    let limit = key
        .rate_limit
        .map_or_else(|| words::NO_LIMIT.to_owned(), |limit| limit.to_string());
    let addresses = if key.ip_rules.is_empty() {
        words::ANY_IP.into_any()
    } else {
        let rules = key
            .ip_rules
            .texts()
            .map(|rule| view! { <li><code>{rule}</code></li> })
            .collect_view();
        view! { <ul class="access-addresses" translate="no">{rules}</ul> }.into_any()
    };
    view! {
        <section class="card access" aria-labelledby="access">
            <div class="card-head">
                <h2 id="access">{words::ACCESS}</h2>
                {edit("scopes", words::EDIT_SCOPES)}
            </div>
            <ul class="access-scopes" aria-label=words::SCOPES>
                {rows}
            </ul>
            {more}
            {hint.map(|hint| view! { <p class="field-hint">{hint}</p> })}
            <dl class="facts">
                <dt>{words::ALLOWLIST}</dt>
                <dd>{addresses} {edit("allowed_ips", words::EDIT_ALLOWLIST)}</dd>
                <dt>{words::RATE_LIMIT}</dt>
                <dd>{limit} " " {edit("rate_requests", words::EDIT_RATE_LIMIT)}</dd>
            </dl>
        </section>
    }
    .into_any()
}
