//! What would end with a key.

use super::breakdown::passed;
use crate::{chart::scale::grouped, ui::Notice, words::revoke};
use domain::usage::breakdown::Impact as Calls;
use leptos::prelude::*;

/// Calls that passed in the last minute, 24 hours and 7 days, by address, route and scope.
#[component]
pub fn Impact(
    /// The numbers.
    calls: Calls,
) -> impl IntoView {
    if calls.week == 0 {
        return view! { <p>{revoke::QUIET}</p> }.into_any();
    }
    let busy = (calls.last_minute > 0)
        .then(|| view! { <Notice tone="danger">{revoke::last_minute(calls.last_minute)}</Notice> });
    let day = (calls.day > 0).then(|| {
        view! {
            <details class="impact-span" open="">
                <summary>{revoke::DAY} {revoke::accepted(&grouped(calls.day))}</summary>
                {passed(calls.day_by)}
            </details>
        }
    });
    view! {
        <section class="impact-calls" aria-label=revoke::IMPACT>
            {busy} {day}
            <details class="impact-span" open=(calls.day == 0).then_some("")>
                <summary>{revoke::WEEK} {revoke::accepted(&grouped(calls.week))}</summary>
                {passed(calls.week_by)}
            </details>
        </section>
    }
    .into_any()
}
