//! A list without keys.

use crate::{
    routes,
    ui::{Icon, Shape},
    words::list as words,
};
use domain::key::filter::{GroupCounts, KeyFilter, KeyGroup};
use leptos::prelude::*;

/// Why no keys are listed, and what to do.
#[component]
pub fn NoKeys(
    /// The application's id.
    app: String,
    /// The filter that no key matches.
    filter: KeyFilter,
    /// The numbers of keys in each group.
    counts: GroupCounts,
    /// Whether the reader may create keys.
    editable: bool,
) -> impl IntoView {
    let link = |path: String, variant: &'static str, label: &'static str| {
        view! {
            <a class="button" data-variant=variant href=path>
                {label}
            </a>
        }
        .into_any()
    };
    let create = || {
        editable
            .then(|| link(routes::new(&app), "primary", words::CREATE_FIRST))
            .into_any()
    };
    let clear = || link(routes::list(&app), "secondary", words::CLEAR);
    if counts.all == 0 && !filter.narrows_group() {
        let steps = words::STEPS.map(|step| view! { <li>{step}</li> });
        return view! {
            <div class="empty-state">
                <Icon shape=Shape::Key />
                <h2>{words::EMPTY}</h2>
                <p>{words::LEAD}</p>
                <ol>{steps}</ol>
                {create()}
            </div>
        }
        .into_any();
    }
    let (shape, title, hint, way) = match filter.group {
        _ if filter.narrows_group() => (
            Shape::Search,
            words::NO_MATCH,
            words::NO_MATCH_HINT,
            clear(),
        ),
        Some(KeyGroup::Attention) => (
            Shape::Check,
            words::NO_ATTENTION,
            words::NO_ATTENTION_HINT,
            ().into_any(),
        ),
        Some(KeyGroup::Ended) => (
            Shape::Clock,
            words::NO_ENDED,
            words::NO_ENDED_HINT,
            ().into_any(),
        ),
        _ => (
            Shape::Key,
            words::NO_ACTIVE,
            words::NO_ACTIVE_HINT,
            create(),
        ),
    };
    view! {
        <div class="empty-state">
            <Icon shape />
            <h2>{title}</h2>
            <p>{hint}</p>
            {way}
        </div>
    }
    .into_any()
}
