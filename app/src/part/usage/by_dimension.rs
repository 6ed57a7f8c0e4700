//! The calls of a key or an application by one dimension.

use super::requests_link::requests_link;
use crate::{
    routes::UsageAddress,
    words::{key as key_words, key_page as words, number::grouped, usage},
};
use domain::{
    key::KeySummary,
    usage::{
        Bucket,
        breakdown::{Breakdown, Dimension, DimensionValues},
    },
};
use leptos::prelude::*;

/// Rows in sight at first.
const FIRST_ROWS: usize = 5;

/// Tabs of the dimensions, and the most frequent values of one of them.
#[component]
pub fn BreakdownByDimension(
    /// The application's id.
    app: String,
    /// The key; `None` for all keys of the application.
    key: Option<KeySummary>,
    /// The numbers.
    breakdown: Breakdown,
    /// The page's path.
    path: String,
    /// The range of the page.
    address: UsageAddress,
    /// The path of the file with all dimensions.
    file: String,
) -> impl IntoView {
    let shown = address.dimension();
    let tabs = Dimension::ALL
        .map(|dimension| {
            let to = address.clone().broken_down_by(dimension).path(&path);
            let current = (dimension == shown).then_some("true");
            view! {
                <a id=format!("by-{}", dimension.as_str()) href=to aria-current=current>
                    {key_words::by(dimension)}
                </a>
            }
        })
        .collect_view();
    let since = breakdown.since.readable();
    let values = breakdown
        .shares
        .into_iter()
        .find(|values| values.dimension == shown && !values.top.is_empty());
    let body = match values {
        None => view! { <p class="page-lead">{words::NO_VALUES}</p> }.into_any(),
        Some(values) => {
            let count = values.top.len() + usize::from(values.rest.total() > 0);
            let rest = values.rest.total() > 0;
            let all = address.shows_all_rows();
            let more = (count > FIRST_ROWS).then(|| {
                let to = address.clone().with_all_rows(!all).path(&path);
                let words = if all {
                    words::SHOW_LESS
                } else {
                    words::SHOW_ALL
                };
                view! {
                    <a id="breakdown-rows" href=to>
                        {words}
                    </a>
                }
            });
            let others = rest.then_some(key_words::ABOUT_OTHERS);
            view! {
                {table(values, &app, key.as_ref(), all)}
                <div class="chart-foot">
                    {more} <details class="chart-more">
                        <summary>{words::ABOUT}</summary>
                        <p class="field-hint">{key_words::SINCE} {since} {key_words::PROVEN} " " {others}</p>
                    </details>
                    <a href=address.file_path(&file) rel="external" download="">
                        {usage::BREAKDOWN_CSV}
                    </a>
                </div>
            }
            .into_any()
        }
    };
    view! {
        <nav class="tabs" aria-label=words::BREAKDOWN>
            {tabs}
        </nav>
        {body}
    }
    .into_any()
}

fn table(values: DimensionValues, app: &str, key: Option<&KeySummary>, all: bool) -> AnyView {
    let dimension = values.dimension;
    // What is counted by its refusal was not accepted.
    let accepted = dimension != Dimension::Refusal;
    let rest = (values.rest.total() > 0).then(|| (key_words::OTHERS.into_any(), values.rest));
    let limit = if all { usize::MAX } else { FIRST_ROWS };
    let rows = values
        .top
        .into_iter()
        .map(|value| (name(dimension, &value.value, app, key), value.calls))
        .chain(rest)
        .take(limit)
        .map(|(name, calls)| row(name, calls, accepted))
        .collect_view();
    view! {
        <table class="data breakdown">
            <caption class="visually-hidden">{key_words::by(dimension)}</caption>
            <thead>
                <tr>
                    <th scope="col">{key_words::by(dimension)}</th>
                    {accepted.then(|| view! { <th scope="col" data-align="end">{key_words::ACCEPTED}</th> })}
                    <th scope="col" data-align="end">
                        {key_words::REFUSED}
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

/// A value with the way to its requests, and whether the key's allowlist contains it.
fn name(dimension: Dimension, value: &str, app: &str, key: Option<&KeySummary>) -> AnyView {
    if value.is_empty() {
        return key_words::nothing(dimension).into_any();
    }
    let rules = key
        .map(|key| &key.ip_rules)
        .filter(|rules| dimension == Dimension::Address && !rules.is_empty());
    let allowed = rules
        .zip(value.parse().ok())
        .is_some_and(|(rules, address)| rules.allow(Some(address)));
    let mark = allowed.then(|| view! { <span class="breakdown-allowed">{words::ALLOWED}</span> });
    let value_view = view! { <code translate="no">{value.to_owned()}</code> };
    let value_view = match requests_link(app, key.map(|key| key.id), dimension, value) {
        Some(path) => view! { <a href=path>{value_view}</a> }.into_any(),
        None => value_view.into_any(),
    };
    view! {
        {value_view}
        " "
        {mark}
    }
    .into_any()
}

fn row(name: AnyView, calls: Bucket, accepted: bool) -> AnyView {
    let denied = calls.refused + calls.rate_limited;
    view! {
        <tr>
            <th scope="row">{name}</th>
            {accepted.then(|| view! { <td data-align="end">{grouped(calls.accepted)}</td> })}
            <td data-align="end" data-tone=(denied > 0).then_some("danger")>
                {grouped(denied)}
            </td>
        </tr>
    }
    .into_any()
}
