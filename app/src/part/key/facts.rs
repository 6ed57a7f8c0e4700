//! The facts of a key, for support.

use super::{KeyStatus, ScopeList, figures::end};
use crate::{
    ui::{CopyButton, Exact, Name, Time},
    words::{common::COPY_KEY, key as words},
};
use domain::{
    key::{KeySummary, state::State, token::KeyId},
    time::Timestamp,
};
use leptos::prelude::*;

/// Everything but its history and its usage, for support.
#[component]
pub fn KeyFacts(
    /// The key.
    key: KeySummary,
    /// The server's clock.
    now: Timestamp,
) -> impl IntoView {
    let description = (!key.description.is_empty()).then(|| {
        view! {
            <dt>{words::DESCRIPTION}</dt>
            <dd>{key.description.clone()}</dd>
        }
    });
    let used = last_used(&key, now, words::NEVER);
    let (ends, end) = end(&key, now);
    let expires = match end {
        Some(at) => view! { <Time at now /> " (" <Exact at /> ")" }.into_any(),
        None => words::NEVER.into_any(),
    };
    let addresses = addresses(&key);
    let limit = key
        .rate_limit
        .map_or_else(|| words::NO_LIMIT.to_owned(), |limit| limit.to_string());
    let other = |words: &'static str, id: Option<KeyId>| {
        id.map(|id| {
            view! {
                <dt>{words}</dt>
                <dd translate="no">{id.mask()}</dd>
            }
        })
    };
    view! {
        <dl class="facts">
            <dt>
                <label for="key-id">{words::KEY}</label>
            </dt>
            <dd>
                <div class="credential">
                    <input
                        id="key-id"
                        type="text"
                        readonly=true
                        value=key.id.to_string()
                        autocomplete="off"
                        spellcheck="false"
                    />
                    <CopyButton label=COPY_KEY field="key-id" />
                </div>
            </dd>
            <dt>{words::STATUS}</dt>
            <dd>
                <KeyStatus key=key.clone() now />
                {since(&key, now)}
            </dd>
            <dt>{words::SCOPES}</dt>
            <dd>
                <ScopeList scopes=key.scopes />
            </dd>
            {description}
            <dt>{words::ENVIRONMENT}</dt>
            <dd>{if key.environment.as_str() == "live" { "Live" } else { "Test" }}</dd>
            <dt>{words::ADDRESSES}</dt>
            <dd>{addresses}</dd>
            <dt>{words::RATE_LIMIT}</dt>
            <dd>{limit}</dd>
            <dt>{words::CREATED}</dt>
            <dd>
                <Time at=key.created_at now />
                {key.created_by_email.clone().map(|email| view! { " by " <Name name=email /> })}
            </dd>
            <dt>{words::LAST_USED}</dt>
            <dd>{used}</dd>
            <dt>{ends}</dt>
            <dd>{expires}</dd>
            {other(words::REPLACES, key.replaces)}
            {other(words::REPLACED_BY, key.replaced_by)}
        </dl>
    }
}

/// When, from where and by what it was last used; `never` where it was not.
pub fn last_used(key: &KeySummary, now: Timestamp, never: &'static str) -> AnyView {
    match key.last_used.clone() {
        Some(used) => view! {
            <Time at=used.at now />
            " from "
            <span translate="no">{used.address} ", " {used.user_agent}</span>
            " "
            <code translate="no">{used.route}</code>
        }
        .into_any(),
        None => never.into_any(),
    }
}

fn addresses(key: &KeySummary) -> AnyView {
    if key.ip_rules.is_empty() {
        words::ANY_ADDRESS.into_any()
    } else {
        view! {
            <ul class="scope-list" translate="no">
                {key
                    .ip_rules
                    .to_string()
                    .split(' ')
                    .map(|rule| view! { <li><code>{rule.to_owned()}</code></li> })
                    .collect_view()}
            </ul>
        }
        .into_any()
    }
}

/// Since when it stands where it stands, and why.
pub fn since(key: &KeySummary, now: Timestamp) -> AnyView {
    match key.state.clone() {
        State::Active => ().into_any(),
        State::Inactive { at } | State::Expired { at } => {
            view! { " since " <Time at now /> }.into_any()
        }
        State::Revoked { at, reason } => {
            let reason = (!reason.is_empty()).then(|| format!(": {reason}"));
            view! { " since " <Time at now /> {reason} }.into_any()
        }
    }
}
