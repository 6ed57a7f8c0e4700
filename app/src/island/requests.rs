//! Requests as they happen.

pub(crate) mod live;

use crate::{
    routes::{self, RequestsAddress},
    ui::Time,
    words::requests as words,
};
use domain::{decision::DecisionRecord, time::Timestamp, usage::Outcome};
use leptos::prelude::*;

/// The id of the list into which the live view puts new calls.
pub const LIST: &str = "requests";

/// One call.
pub fn row(app: &str, call: DecisionRecord, now: Timestamp) -> AnyView {
    let tone = match call.verdict.outcome() {
        Outcome::Accepted => "info",
        Outcome::Refused => "danger",
        Outcome::RateLimited => "warning",
    };
    let why = RequestsAddress::of_request(&call.request_id).path(&routes::requests(app));
    // A call that came while the page stood open is younger than the page.
    let now = now.max(call.at);
    let address = call.address.map(|address| address.to_string());
    let (route, id) = (call.route, call.request_id);
    view! {
        <li class="request">
            <span class="badge" data-tone=tone>
                {words::verdict(call.verdict)}
            </span>
            <code class="request-route" title=route>
                {route.clone()}
            </code>
            <a href=routes::key(app, call.key)>{call.key.mask()}</a>
            <span class="request-address">
                <span class="visually-hidden">{words::FROM} " "</span>
                {address}
            </span>
            <a class="request-id" href=why title=id>
                <span class="visually-hidden">{words::ID} " "</span>
                <code>{id.clone()}</code>
            </a>
            <Time at=call.at now />
        </li>
    }
    .into_any()
}
