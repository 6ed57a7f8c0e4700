//! The keys of an application that are worth a look.

use crate::{
    chart::scale::grouped,
    routes::{self, with_query},
    words::{overview as words, usage},
};
use domain::usage::overview::{AttentionGroup, BusyKey, KeyOverview};
use leptos::prelude::*;

/// The busiest keys, and those that need attention, beside each other.
#[component]
pub fn KeyHighlights(
    /// The application's id.
    app: String,
    /// The keys.
    keys: KeyOverview,
) -> impl IntoView {
    let since = words::since(&keys.since.readable());
    let quiet = keys.attention.is_empty() && keys.refused.is_empty();
    let refused = (!keys.refused.is_empty()).then(|| {
        let rows = keys
            .refused
            .iter()
            .map(|key| view! { <li>{link(&app, key)} " " <small>{share(key)}</small></li> })
            .collect_view();
        group(words::REFUSALS, rows, ().into_any())
    });
    let attention = keys
        .attention
        .iter()
        .map(|worth| attention(&app, worth))
        .collect_view();
    let nothing = quiet.then(|| view! { <p>{words::NOTHING}</p> });
    view! {
        <div class="page-columns">
            <section class="card" aria-labelledby="busiest">
                <h2 id="busiest">{words::BUSIEST}</h2>
                <p>{since}</p>
                {busiest(&app, &keys.busiest)}
            </section>
            <section class="card" aria-labelledby="attention">
                <h2 id="attention">{words::ATTENTION}</h2>
                {nothing}
                {refused}
                {attention}
            </section>
        </div>
    }
}

fn busiest(app: &str, keys: &[BusyKey]) -> AnyView {
    if keys.is_empty() {
        return view! { <p>{words::QUIET}</p> }.into_any();
    }
    let largest = keys.iter().map(|key| key.calls.total()).max().unwrap_or(1);
    let rows = keys
        .iter()
        .map(|key| {
            let width = (key.calls.total() * 100 / largest.max(1)).max(1);
            view! {
                <tr>
                    <th scope="row">
                        {link(app, key)}
                        <svg
                            class="share-bar"
                            viewBox="0 0 100 4"
                            preserveAspectRatio="none"
                            aria-hidden="true"
                        >
                            <rect width=width height="4"></rect>
                        </svg>
                    </th>
                    <td data-align="end">{grouped(key.calls.total())}</td>
                    <td data-align="end">{share(key)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="data share-table">
            <caption class="visually-hidden">{words::BUSIEST}</caption>
            <thead class="visually-hidden">
                <tr>
                    <th scope="col">{words::BUSIEST}</th>
                    <th scope="col" data-align="end">
                        {words::CALLS}
                    </th>
                    <th scope="col" data-align="end">
                        {usage::REFUSAL_RATE}
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn attention(app: &str, worth: &AttentionGroup) -> AnyView {
    let list = with_query(&routes::list(app), &[("notable", &worth.condition)]);
    let rows = worth
        .keys
        .iter()
        .map(|key| {
            view! {
                <li>
                    <a href=routes::key(app, key.id)>{key.name.to_string()}</a>
                </li>
            }
        })
        .collect_view();
    let more = worth
        .more
        .then(|| view! { <a href=list>{words::ALL}</a> })
        .into_any();
    group(words::kind(&worth.condition), rows, more)
}

fn group(title: &'static str, rows: impl IntoView + 'static, more: AnyView) -> AnyView {
    view! {
        <div class="in-sight">
            <h3>{title}</h3>
            <ul>{rows}</ul>
            {more}
        </div>
    }
    .into_any()
}

fn link(app: &str, key: &BusyKey) -> impl IntoView + use<> {
    view! { <a href=routes::key(app, key.id)>{key.name.to_string()}</a> }
}

fn share(key: &BusyKey) -> String {
    let missed = key.calls.refused + key.calls.rate_limited;
    crate::words::list::refused(missed, key.calls.total())
}
