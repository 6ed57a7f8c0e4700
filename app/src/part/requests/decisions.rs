//! Why a call was accepted or refused.

use super::Checks;
use crate::{
    routes,
    ui::{Exact, Name, Time, Verbatim},
    words::requests as words,
};
use domain::{decision::DecisionDetails, time::Timestamp};
use leptos::prelude::*;

/// Everything about the decisions under one request id.
#[component]
pub fn Decisions(
    /// The application's id, if the reader may open its keys.
    #[prop(optional, into)]
    app: Option<String>,
    /// The decisions, in their order.
    found: Vec<DecisionDetails>,
    /// The server's clock.
    now: Timestamp,
) -> impl IntoView {
    found
        .into_iter()
        .map(|explained| card(app.as_deref(), explained, now))
        .collect_view()
}

fn card(app: Option<&str>, explained: DecisionDetails, now: Timestamp) -> AnyView {
    let DecisionDetails { decided, key } = explained;
    let id = format!("decision-{}", decided.id);
    let labelled = id.clone();
    let at = decided.at;
    let address = decided
        .address
        .map_or_else(String::new, |address| address.to_string());
    let mask = decided.key.mask();
    let name = match &key {
        Some(key) => {
            let name = key.name.to_string();
            view! { <Name name /> " (" <Verbatim text=mask /> ")" }.into_any()
        }
        None => view! { <Verbatim text=mask /> }.into_any(),
    };
    let name = match app.filter(|_| key.is_some()) {
        Some(app) => view! { <a href=routes::key(app, decided.key)>{name}</a> }.into_any(),
        None => name,
    };
    let fact = |name: &'static str, value: String| {
        (!value.is_empty()).then(|| {
            view! {
                <dt>{name}</dt>
                <dd translate="no">{value}</dd>
            }
        })
    };
    view! {
        <section class="card" aria-labelledby=labelled>
            <h2 id=id>{words::verdict(decided.verdict)} " · " <code translate="no">{decided.verdict.code()}</code></h2>
            <dl class="facts">
                <dt>{words::WHEN}</dt>
                <dd>
                    <Time at now />
                    " ("
                    <Exact at />
                    ")"
                </dd>
                <dt>{words::KEY}</dt>
                <dd>{name}</dd>
                {fact(words::ROUTE, decided.route)}
                {fact(words::ADDRESS, address.clone())}
                {fact(words::USER_AGENT, decided.user_agent)}
                {fact(words::ID, decided.request_id)}
            </dl>
            {decided.from_browser.then(|| view! { <p><span class="badge" data-tone="warning">{words::BROWSER}</span></p> })}
            <Checks verdict=decided.verdict address asked=decided.required_scopes.to_string() key />
            <p class="field-hint">{words::AS_IT_IS}</p>
        </section>
    }
    .into_any()
}
