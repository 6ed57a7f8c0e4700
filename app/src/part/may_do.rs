//! What a key may do.

use crate::words::key as words;
use domain::key::{
    scope::{CATALOGUE, ScopeSet},
    suggestion::ScopeUsage,
};
use leptos::prelude::*;

/// The scopes by resource; those that no request has required are marked.
#[component]
pub fn MayDo(
    /// The key's scopes.
    scopes: ScopeSet,
    /// What its calls asked for.
    used: ScopeUsage,
) -> impl IntoView {
    let never = used.unused(scopes);
    let names: Vec<_> = scopes.names().collect();
    let unused: Vec<_> = never.names().collect();
    let lines = CATALOGUE
        .iter()
        .filter_map(|resource| {
            let own: Vec<_> = names
                .iter()
                .filter_map(|name| {
                    Some((
                        name.clone(),
                        name.strip_prefix(resource.name)?.strip_prefix(':')?,
                    ))
                })
                .collect();
            let actions: Vec<_> = own.iter().map(|(_, action)| *action).collect();
            let scopes = own
                .iter()
                .map(|(name, _)| {
                    let unused = unused.contains(name);
                    let mark = unused.then(|| format!(" {}", words::NEVER_USED));
                    view! {
                        <li data-unused=unused.then_some("")>
                            <code>{name.clone()}</code>
                            {mark}
                        </li>
                    }
                })
                .collect_view();
            (!actions.is_empty()).then(|| {
                view! {
                    <li>
                        <span>{resource.title} ": " {actions.join(", ")}</span>
                        <ul class="scope-list">{scopes}</ul>
                    </li>
                }
            })
        })
        .collect_view();
    let note = match used.since {
        Some(since) if !never.is_empty() => Some(words::watched_since(&since.readable_date())),
        _ if used.used.is_empty() => Some(words::NOT_WATCHED.to_owned()),
        _ => None,
    };
    view! {
        <ul class="may">{lines}</ul>
        {note.map(|note| view! { <p class="field-hint">{note}</p> })}
    }
    .into_any()
}
