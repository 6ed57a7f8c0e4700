//! The calls of a key by one dimension.

use crate::{
    chart::scale::grouped,
    routes::UsageAddress,
    words::{key, key_page as words, usage},
};
use domain::{
    key::ip_rule::IpRules,
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
    /// The numbers.
    breakdown: Breakdown,
    /// The key's IP rules.
    rules: IpRules,
    /// The page's path.
    path: String,
    /// What the page shows.
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
                    {key::by(dimension)}
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
            let others = rest.then_some(key::ABOUT_OTHERS);
            view! {
                {table(values, &rules, all)}
                <div class="chart-foot">
                    {more} <details class="chart-more">
                        <summary>{words::ABOUT}</summary>
                        <p class="field-hint">{key::SINCE} {since} {key::PROVEN} " " {others}</p>
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

fn table(values: DimensionValues, rules: &IpRules, all: bool) -> AnyView {
    let dimension = values.dimension;
    // What is counted by its refusal was not accepted.
    let accepted = dimension != Dimension::Refusal;
    let rest = (values.rest.total() > 0).then(|| (key::OTHERS.into_any(), values.rest));
    let limit = if all { usize::MAX } else { FIRST_ROWS };
    let rows = values
        .top
        .into_iter()
        .map(|value| (name(dimension, &value.value, rules), value.calls))
        .chain(rest)
        .take(limit)
        .map(|(name, calls)| row(name, calls, accepted))
        .collect_view();
    view! {
        <table class="data breakdown">
            <caption class="visually-hidden">{key::by(dimension)}</caption>
            <thead>
                <tr>
                    <th scope="col">{key::by(dimension)}</th>
                    {accepted.then(|| view! { <th scope="col" data-align="end">{key::ACCEPTED}</th> })}
                    <th scope="col" data-align="end">
                        {key::REFUSED}
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

/// A value, and whether the allowlist contains it.
fn name(dimension: Dimension, value: &str, rules: &IpRules) -> AnyView {
    if value.is_empty() {
        return key::nothing(dimension).into_any();
    }
    let allowed = dimension == Dimension::Address
        && !rules.is_empty()
        && value
            .parse()
            .is_ok_and(|address| rules.allow(Some(address)));
    let mark = allowed.then(|| view! { <span class="breakdown-allowed">{words::ALLOWED}</span> });
    view! {
        <code>{value.to_owned()}</code>
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
