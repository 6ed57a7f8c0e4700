//! Breakdowns of accepted calls, for the impact of a revocation.

use crate::words::{key, number::grouped};
use domain::usage::breakdown::{Breakdown, Dimension, DimensionValues};
use leptos::prelude::*;

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
                .map(table)
                .collect_view()}
        </div>
    }
    .into_any()
}

fn table(shares: DimensionValues) -> AnyView {
    let dimension = shares.dimension;
    let largest = shares
        .top
        .iter()
        .map(|share| share.calls.accepted)
        .chain([shares.rest.accepted])
        .max()
        .unwrap_or_default()
        .max(1);
    let rest = (shares.rest.accepted > 0).then(|| (key::OTHERS.into_any(), shares.rest.accepted));
    let rows = shares
        .top
        .into_iter()
        .map(|share| {
            let name = if share.value.is_empty() {
                key::nothing(dimension).into_any()
            } else {
                view! { <code translate="no">{share.value}</code> }.into_any()
            };
            (name, share.calls.accepted)
        })
        .chain(rest)
        .map(|(name, calls)| row(name, calls, largest))
        .collect_view();
    view! {
        <table class="data share-table">
            <caption>{key::by(dimension)}</caption>
            <thead class="visually-hidden">
                <tr>
                    <th scope="col">{key::by(dimension)}</th>
                    <th scope="col" data-align="end">
                        {key::ACCEPTED}
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(name: AnyView, calls: i64, largest: i64) -> AnyView {
    let width = (calls * 100 / largest).max(1);
    view! {
        <tr>
            <th scope="row">
                {name}
                <svg class="share-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                    <rect width=width height="4"></rect>
                </svg>
            </th>
            <td data-align="end">{grouped(calls)}</td>
        </tr>
    }
    .into_any()
}
