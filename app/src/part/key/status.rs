//! The status of a key.

use crate::ui::{Icon, Shape};
use domain::{
    key::{KeySummary, condition::KeyCondition, state::State},
    time::Timestamp,
};
use leptos::prelude::*;

/// The state, and the badges beside it.
#[component]
pub fn KeyStatus(
    /// The key.
    key: KeySummary,
    /// The server's clock.
    now: Timestamp,
) -> impl IntoView {
    let end = key.retiring_until(now);
    let until = |badge| {
        end.filter(|_| badge == KeyCondition::Retiring)
            .map(|at| format!(", stops {}", at.relative_to(now)))
    };
    let badges = key
        .badges(now)
        .into_iter()
        .map(|badge| {
            view! {
                " "
                <span class="badge" data-tone=tone(badge)>
                    {badge.label()}
                    {until(badge)}
                </span>
            }
        })
        .collect_view();
    view! {
        {state_view(&key.state)}
        {badges}
    }
}

/// The state in a word, with a mark: an icon for revoked keys, a dot for others, whose style is not a matter of colour alone.
pub fn state_view(state: &State) -> AnyView {
    let mark = if matches!(state, State::Revoked { .. }) {
        view! { <Icon shape=Shape::Ban /> }.into_any()
    } else {
        view! { <span class="status-dot"></span> }.into_any()
    };
    view! {
        <span class="status" data-state=state.as_str()>
            {mark}
            {state.to_string()}
        </span>
    }
    .into_any()
}

const fn tone(badge: KeyCondition) -> &'static str {
    match badge {
        KeyCondition::ExpiresSoon | KeyCondition::NotConfirmed => "warning",
        _ => "info",
    }
}
