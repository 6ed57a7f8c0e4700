//! Where a key stands.

use crate::ui::{Icon, Shape};
use domain::{
    key::{
        KeySummary,
        state::{Badge, State},
    },
    time::Timestamp,
};
use leptos::prelude::*;

/// The status with its icon, and the badges beside it.
#[component]
pub fn KeyStatus(
    /// The key.
    key: KeySummary,
    /// The server's clock.
    now: Timestamp,
) -> impl IntoView {
    let shape = match key.state {
        State::Active => Shape::Check,
        State::Inactive { .. } => Shape::Pause,
        State::Expired { .. } => Shape::Clock,
        State::Revoked { .. } => Shape::Ban,
    };
    let end = key.retiring_until(now);
    let until = |badge| {
        end.filter(|_| badge == Badge::Retiring)
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
        <span class="status" data-state=key.state.as_str()>
            <Icon shape />
            {key.state.to_string()}
        </span>
        {badges}
    }
}

const fn tone(badge: Badge) -> &'static str {
    match badge {
        Badge::Retiring | Badge::NeverUsed | Badge::Idle => "info",
        Badge::ExpiresSoon | Badge::SecretNotConfirmed => "warning",
    }
}
