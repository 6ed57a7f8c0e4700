//! Scopes in a row.

use crate::words;
use domain::key::scope::ScopeSet;
use leptos::prelude::*;

/// The first `most` scopes, and behind `+n` the others.
#[component]
pub fn ScopeList(
    /// The scopes.
    scopes: ScopeSet,
    /// How many are in sight; all, where it is left out.
    #[prop(optional)]
    most: Option<usize>,
) -> impl IntoView {
    let mut names: Vec<_> = scopes.names().collect();
    let hidden = names.split_off(names.len().min(most.unwrap_or(usize::MAX)));
    let rest = (!hidden.is_empty()).then(|| {
        let count = hidden.len();
        view! {
            <details>
                <summary aria-label=words::common::more_scopes(count)>{format!("+{count}")}</summary>
                <ul class="scope-list" translate="no">{items(hidden)}</ul>
            </details>
        }
    });
    view! {
        <ul class="scope-list" translate="no">{items(names)}</ul>
        {rest}
    }
}

fn items(names: Vec<String>) -> impl IntoView {
    names
        .into_iter()
        .map(|name| view! { <li><code>{name}</code></li> })
        .collect_view()
}
