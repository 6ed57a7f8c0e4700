//! The four figures of a key.

use crate::{
    ui::{Sentence, Time, Verbatim, time::Day},
    words::{key_page as words, number::grouped, usage},
};
use domain::{
    key::{KeySummary, state::State},
    time::{DAY, Timestamp},
    usage::last_day::LastDay,
};
use leptos::prelude::*;

/// An expiry at most this many milliseconds ahead is a warning, with the remaining time beside it.
const SOON: i64 = 14 * DAY;
/// Denials are shown as an error if at least one in this many requests was denied.
const NOTABLE_SHARE: i64 = 100;

/// The requests of the last 24 hours and how many of them were denied; the last use and the end.
#[component]
pub fn KeyFigures(
    /// The key.
    key: KeySummary,
    /// Its calls of the last 24 hours.
    day: LastDay,
    /// The server's clock.
    now: Timestamp,
) -> impl IntoView {
    let total = day.calls.total();
    let denied = total - day.calls.accepted;
    let share = if total == 0 {
        words::NO_SHARE.to_owned()
    } else {
        usage::share(denied, total)
    };
    let notable = denied > 0 && denied.saturating_mul(NOTABLE_SHARE) >= total;
    let code = day
        .main_refusal
        .map(|code| Sentence::about([&code], |[code]| words::mostly(code)).view());
    let (used, address) = match key.last_used.clone() {
        Some(used) => (
            view! { <Time at=used.at now /> }.into_any(),
            Some(view! { <Verbatim text=used.address /> }),
        ),
        None => (words::NEVER.into_any(), None),
    };
    let (label, end) = end(&key, now);
    let soon = end.is_some_and(|at| at > now && at.since(now) <= SOON);
    let distance = end
        .filter(|_| soon)
        .map(|at| view! { <Time at now /> }.into_any());
    let end = end.map_or_else(
        || words::NEVER.into_any(),
        |at| view! { <Day at /> }.into_any(),
    );
    view! {
        <dl class="stats key-figures">
            {figure(
                words::REQUESTS_24H,
                grouped(total).into_any(),
                Some(words::change(total, day.before).into_any()),
                None,
            )}
            {figure(
                words::DENIED,
                share.into_any(),
                code,
                notable.then_some("danger"),
            )}
            {figure(words::LAST_USED, used, address.map(IntoAny::into_any), None)}
            {figure(label, end, distance, soon.then_some("warning"))}
        </dl>
    }
}

fn figure(
    label: &'static str,
    value: AnyView,
    beside: Option<AnyView>,
    tone: Option<&'static str>,
) -> AnyView {
    view! {
        <div>
            <dt>{label}</dt>
            <dd data-tone=tone>
                {value} {beside.map(|beside| view! { <small>{beside}</small> })}
            </dd>
        </div>
    }
    .into_any()
}

/// When a key stops working or has stopped, and what that is called; `None` for never.
pub fn end(key: &KeySummary, now: Timestamp) -> (&'static str, Option<Timestamp>) {
    match key.state {
        State::Revoked { at, .. } => (words::REVOKED, Some(at)),
        State::Expired { at } => (words::EXPIRED, Some(at)),
        State::Active | State::Inactive { .. } => key.retiring_until(now).map_or_else(
            || (words::EXPIRES, key.expires_at),
            |at| (words::STOPS, Some(at)),
        ),
    }
}
