//! The request log: one line a call, the newest first.

use crate::{
    context,
    island::live_requests::{LIST, LiveRequests, LiveRows},
    routes::{self, RequestsAddress},
    ui::{Name, Time},
    words::requests as words,
};
use domain::{
    decision::{DecisionBatch, DecisionRecord, RequestPage},
    key::{name::KeyName, token::KeyId},
    time::Timestamp,
    usage::Outcome,
};
use leptos::prelude::*;
use management::Viewer;
use std::collections::HashMap;

/// The names of keys.
pub type KeyNames = HashMap<KeyId, KeyName>;

/// One page of the log; the newest one is live.
#[component]
pub fn RequestList(
    /// The application's id.
    app: String,
    /// The page's address.
    address: RequestsAddress,
    /// The calls.
    page: RequestPage,
    /// The names of their keys.
    names: KeyNames,
    /// The server's clock.
    now: Timestamp,
) -> impl IntoView {
    let newest = address.before.is_empty();
    let older = page.next.map(|next| {
        view! {
            <a href=address.before(next).page(&app) rel="next">
                {words::OLDER}
            </a>
        }
    });
    let first = (!newest).then(|| {
        view! { <a href=address.newest().page(&app)>{words::NEWEST}</a> }
    });
    let pager = (older.is_some() || first.is_some()).then(|| {
        view! {
            <nav class="pager" aria-label=words::PAGES>
                {first}
                {older}
            </nav>
        }
    });
    let live = newest.then(|| {
        let path = address.live_path(&app);
        view! { <LiveRequests path latest=page.latest /> }
    });
    let nothing = page.rows.is_empty().then(|| {
        let words = if address.is_filtered() {
            words::NO_MATCH
        } else {
            words::NOTHING
        };
        view! { <p class="request-none">{words}</p> }
    });
    let rows: Vec<_> = page
        .rows
        .into_iter()
        .map(|call| row(&app, &address, &names, call, now))
        .collect();
    view! {
        <div class="request-log">
            <div class="request-tools">
                {live}
                <a href=address.page(&app) rel="external">
                    {words::REFRESH}
                </a>
            </div>
            <ol id=LIST class="entries requests" aria-label=words::TITLE>
                {rows}
            </ol>
            {nothing}
            {pager}
        </div>
    }
}

/// The lines of new calls for a page that is open.
pub fn live_rows(
    viewer: &Viewer,
    address: &RequestsAddress,
    names: &KeyNames,
    batch: DecisionBatch,
) -> LiveRows {
    let app = viewer.application().id.to_string();
    let now = viewer.now();
    let rows = Owner::new().with(|| {
        context::provide_zone(viewer);
        let rows: Vec<_> = batch
            .calls
            .into_iter()
            .rev()
            .map(|call| row(&app, address, names, call, now))
            .collect();
        rows.to_html()
    });
    LiveRows {
        rows,
        skipped: batch.skipped,
        last: batch.last,
    }
}

fn row(
    app: &str,
    address: &RequestsAddress,
    names: &KeyNames,
    call: DecisionRecord,
    now: Timestamp,
) -> AnyView {
    let tone = match call.verdict.outcome() {
        Outcome::Accepted => "info",
        Outcome::Refused => "danger",
        Outcome::RateLimited => "warning",
    };
    let current = (address.request == call.request_id).then_some("true");
    let details = address.opened(&call.request_id).page(app);
    // On the page of a key, all are with that key.
    let key = (!address.on_key_page).then(|| {
        let name = names
            .get(&call.key)
            .map_or_else(|| call.key.mask(), ToString::to_string);
        view! {
            <a class="request-key" href=routes::key(app, call.key)>
                <Name name />
            </a>
        }
    });
    let from = call.address.map(|address| address.to_string());
    let (route, client, id) = (call.route, call.user_agent, call.request_id);
    view! {
        <li class="request" id=format!("call-{}", call.id) aria-current=current>
            <span class="badge" data-tone=tone>
                {words::verdict(call.verdict)}
            </span>
            <code translate="no" class="request-route" title=route>
                {route.clone()}
            </code>
            {key}
            <span class="request-address">
                <span class="visually-hidden">{words::FROM} " "</span>
                <span translate="no">{from}</span>
            </span>
            <span class="request-client" title=client translate="no">
                {client.clone()}
            </span>
            <a class="request-id" href=details title=id>
                <span class="visually-hidden">{words::ID} " "</span>
                <code translate="no">{id.clone()}</code>
            </a>
            <Time at=call.at now />
        </li>
    }
    .into_any()
}
