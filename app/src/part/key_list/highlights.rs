//! Keys that need attention, and the busiest ones.

use crate::{
    routes::{self, with_query},
    ui::Name,
    words::{number::grouped, overview as words, usage},
};
use domain::{
    key::{name::KeyName, token::KeyId},
    usage::overview::{AttentionGroup, BusyKey, KeyOverview},
};
use leptos::prelude::*;

/// A card with the keys that need attention, and one with the busiest keys.
#[component]
pub fn KeyHighlights(
    /// The application's id.
    app: String,
    /// The keys.
    keys: KeyOverview,
) -> impl IntoView {
    let since = words::since(&keys.since.readable());
    view! {
        <section class="card" aria-labelledby="attention">
            <h2 id="attention">{words::ATTENTION}</h2>
            {attention(&app, &keys)}
        </section>
        <section class="card" aria-labelledby="busiest">
            <h2 id="busiest">{words::BUSIEST}</h2>
            {busiest(&app, &keys.busiest)}
            <p class="field-hint">{since}</p>
        </section>
    }
}

fn attention(app: &str, keys: &KeyOverview) -> AnyView {
    if keys.attention.is_empty() && keys.refused.is_empty() {
        return view! { <p>{words::NOTHING}</p> }.into_any();
    }
    let refused = (!keys.refused.is_empty()).then(|| {
        let rows = keys
            .refused
            .iter()
            .map(|key| {
                let share = usage::share(denied(key), key.calls.total());
                view! { <li>{link(app, key.id, &key.name)} " " <small>{share}</small></li> }
            })
            .collect_view();
        group(words::REFUSALS, rows.into_any())
    });
    let conditions = keys
        .attention
        .iter()
        .map(|condition| with_condition(app, condition))
        .collect_view();
    view! { <dl class="facts">{refused} {conditions}</dl> }.into_any()
}

fn with_condition(app: &str, group_of: &AttentionGroup) -> AnyView {
    let rows = group_of
        .keys
        .iter()
        .map(|key| view! { <li>{link(app, key.id, &key.name)}</li> })
        .collect_view();
    let kind = words::kind(&group_of.condition);
    let more = group_of.more.then(|| {
        let path = with_query(&routes::list(app), &[("notable", &group_of.condition)]);
        let label = words::all(kind);
        view! {
            <li>
                <a href=path aria-label=label>
                    {words::ALL}
                </a>
            </li>
        }
    });
    group(kind, view! { {rows} {more} }.into_any())
}

fn group(title: &'static str, rows: AnyView) -> AnyView {
    view! {
        <dt>{title}</dt>
        <dd>
            <ul>{rows}</ul>
        </dd>
    }
    .into_any()
}

fn busiest(app: &str, keys: &[BusyKey]) -> AnyView {
    if keys.is_empty() {
        return view! { <p>{words::QUIET}</p> }.into_any();
    }
    let rows = keys
        .iter()
        .map(|key| {
            let total = key.calls.total();
            view! {
                <tr>
                    <th scope="row">{link(app, key.id, &key.name)}</th>
                    <td data-align="end">{grouped(total)}</td>
                    <td data-align="end">{usage::share(denied(key), total)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="data breakdown">
            <caption class="visually-hidden">{words::BUSIEST}</caption>
            <thead>
                <tr>
                    <th scope="col">{words::KEY}</th>
                    <th scope="col" data-align="end">
                        {words::CALLS}
                    </th>
                    <th scope="col" data-align="end">
                        {words::DENIED}
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn link(app: &str, id: KeyId, name: &KeyName) -> impl IntoView + use<> {
    view! { <a href=routes::key(app, id)><Name name=name.to_string() /></a> }
}

const fn denied(key: &BusyKey) -> i64 {
    key.calls.refused + key.calls.rate_limited
}
