//! What calls have in common.

use crate::{chart::scale::grouped, words::key};
use domain::usage::{
    Bucket,
    breakdown::{Breakdown, Dimension, DimensionValues},
};
use leptos::prelude::*;

/// A table of each dimension, with a bar for each value.
#[component]
pub fn BreakdownTables(
    /// The numbers.
    breakdown: Breakdown,
) -> impl IntoView {
    if breakdown.shares.iter().all(|shares| shares.top.is_empty()) {
        return ().into_any();
    }
    let since = breakdown.since.readable();
    let others = breakdown
        .shares
        .iter()
        .any(|shares| shares.rest.total() > 0)
        .then(|| view! { <p class="field-hint">{key::ABOUT_OTHERS}</p> });
    view! {
        <div class="shares">
            {breakdown
                .shares
                .into_iter()
                .filter(|shares| !shares.top.is_empty())
                .map(|shares| table(shares, true))
                .collect_view()}
        </div>
        <p class="field-hint">{key::SINCE} {since} {key::PROVEN}</p>
        {others}
    }
    .into_any()
}

/// The tables of those dimensions that matter before a revocation; only what passed is in them.
pub fn passed(breakdown: Breakdown) -> AnyView {
    view! {
        <div class="shares">
            {breakdown
                .shares
                .into_iter()
                .filter(|shares| {
                    !matches!(shares.dimension, Dimension::UserAgent | Dimension::Refusal)
                })
                .map(|shares| table(shares, false))
                .collect_view()}
        </div>
    }
    .into_any()
}

fn table(shares: DimensionValues, refusals: bool) -> AnyView {
    let dimension = shares.dimension;
    let largest = shares
        .top
        .iter()
        .map(|share| share.calls.total())
        .chain([shares.rest.total()])
        .max()
        .unwrap_or_default()
        .max(1);
    let rest = (shares.rest.total() > 0).then(|| (key::OTHERS.to_owned(), shares.rest, false));
    // What is told apart by refusal has not passed.
    let accepted = dimension != Dimension::Refusal;
    let rows = shares
        .top
        .into_iter()
        .map(|share| {
            if share.value.is_empty() {
                (key::nothing(dimension).to_owned(), share.calls, false)
            } else {
                (share.value, share.calls, true)
            }
        })
        .chain(rest)
        .map(|(value, calls, literal)| row(value, calls, literal, largest, [accepted, refusals]))
        .collect_view();
    let refused = refusals.then(|| view! { <th scope="col" data-align="end">{key::REFUSED}</th> });
    view! {
        <table class="data share-table">
            <caption>{key::by(dimension)}</caption>
            <thead class="visually-hidden">
                <tr>
                    <th scope="col">{key::by(dimension)}</th>
                    {accepted.then(|| view! { <th scope="col" data-align="end">{key::ACCEPTED}</th> })}
                    {refused}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(
    value: String,
    calls: Bucket,
    literal: bool,
    largest: i64,
    [accepted, refusals]: [bool; 2],
) -> AnyView {
    let width = (calls.total() * 100 / largest).max(1);
    let words = if literal {
        view! { <code>{value}</code> }.into_any()
    } else {
        value.into_any()
    };
    let missed = calls.refused + calls.rate_limited;
    let refused = refusals.then(|| view! { <td data-align="end">{key::refused(missed)}</td> });
    view! {
        <tr>
            <th scope="row">
                {words}
                <svg class="share-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                    <rect width=width height="4"></rect>
                </svg>
            </th>
            {accepted.then(|| view! { <td data-align="end">{grouped(calls.accepted)}</td> })}
            {refused}
        </tr>
    }
    .into_any()
}
