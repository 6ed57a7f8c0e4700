//! What there is to know of a key.

use super::{KeyStatus, ScopeList};
use crate::ui::{CopyButton, Exact, Time};
use domain::{
    key::{KeySummary, state::State},
    time::Timestamp,
};
use leptos::{html, prelude::*};

/// Everything but its history and its usage.
#[component]
pub fn KeyFacts(
    /// The key.
    key: KeySummary,
    /// The server's clock.
    now: Timestamp,
) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let description = (!key.description.is_empty()).then(|| {
        view! {
            <dt>"Description"</dt>
            <dd>{key.description.clone()}</dd>
        }
    });
    let used = match key.last_used.clone() {
        Some(used) => view! {
            <Time at=used.at now />
            " from "
            {used.address}
            ", "
            {used.user_agent}
        }
        .into_any(),
        None => "Never".into_any(),
    };
    let expires = match key.expires_at {
        Some(at) => view! { <Time at now /> " (" <Exact at /> ")" }.into_any(),
        None => "Never".into_any(),
    };
    let addresses = if key.ip_rules.is_empty() {
        "Any address".into_any()
    } else {
        view! {
            <ul class="scope-list">
                {key
                    .ip_rules
                    .to_string()
                    .split(' ')
                    .map(|rule| view! { <li><code>{rule.to_owned()}</code></li> })
                    .collect_view()}
            </ul>
        }
        .into_any()
    };
    view! {
        <dl class="facts">
            <dt>
                <label for="key-id">"API key"</label>
            </dt>
            <dd>
                <div class="credential">
                    <input
                        id="key-id"
                        node_ref=field
                        type="text"
                        readonly=true
                        value=key.id.to_string()
                        autocomplete="off"
                        spellcheck="false"
                    />
                    <CopyButton label="Copy API key" source=field />
                </div>
            </dd>
            <dt>"Status"</dt>
            <dd>
                <KeyStatus key=key.clone() now />
                {since(&key, now)}
            </dd>
            {description}
            <dt>"Environment"</dt>
            <dd>{if key.environment.as_str() == "live" { "Live" } else { "Test" }}</dd>
            <dt>"Scopes"</dt>
            <dd>
                <ScopeList scopes=key.scopes />
            </dd>
            <dt>"Allowed IP addresses"</dt>
            <dd>{addresses}</dd>
            <dt>"Created"</dt>
            <dd>
                <Time at=key.created_at now />
                {key.created_by_email.clone().map(|email| format!(" by {email}"))}
            </dd>
            <dt>"Last used"</dt>
            <dd>{used}</dd>
            <dt>"Expires"</dt>
            <dd>{expires}</dd>
        </dl>
    }
}

/// Since when it stands where it stands, and why.
fn since(key: &KeySummary, now: Timestamp) -> impl IntoView + use<> {
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
