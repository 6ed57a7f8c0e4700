//! The impact of revoking a key: its recent calls.

use super::facts::last_used;
use crate::{part::usage::breakdown::passed, ui::Notice, words::revoke};
use domain::{key::KeySummary, time::Timestamp, usage::breakdown::Impact as Calls};
use leptos::prelude::*;

/// Its last call, and those that passed in the last minute, 24 hours and 7 days, by address, route and scope.
#[component]
pub fn Impact(
    /// The key.
    key: KeySummary,
    /// The numbers.
    calls: Calls,
    /// The server's clock.
    now: Timestamp,
) -> impl IntoView {
    let used = last_used(&key, now, revoke::NEVER);
    let calls = key.last_used.is_some().then(|| passed_calls(calls));
    view! {
        <dl class="impact">
            <dt>{revoke::LAST_USED}</dt>
            <dd>{used}</dd>
        </dl>
        {calls}
    }
}

fn passed_calls(calls: Calls) -> AnyView {
    if calls.week == 0 {
        return view! { <p>{revoke::QUIET}</p> }.into_any();
    }
    let busy = (calls.last_minute > 0)
        .then(|| view! { <Notice tone="danger">{revoke::last_minute(calls.last_minute)}</Notice> });
    let day = (calls.day > 0).then(|| {
        view! {
            <details class="impact-span" open="">
                <summary>{revoke::DAY} {revoke::accepted(calls.day)}</summary>
                {passed(calls.day_by)}
            </details>
        }
    });
    view! {
        <section class="impact-calls" aria-label=revoke::IMPACT>
            {busy} {day}
            <details class="impact-span" open=(calls.day == 0).then_some("")>
                <summary>{revoke::WEEK} {revoke::accepted(calls.week)}</summary>
                {passed(calls.week_by)}
            </details>
        </section>
    }
    .into_any()
}
