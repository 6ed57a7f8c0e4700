//! Calls, one by one.

use crate::{
    island::requests::{LIST, live::LiveRequests, row},
    routes::{self, RequestsAddress},
    words::requests as words,
};
use domain::{decision::RequestPage, time::Timestamp};
use leptos::prelude::*;

/// The newest calls first.
#[component]
pub fn RequestList(
    /// The application's id.
    app: String,
    /// What the list is narrowed to.
    address: RequestsAddress,
    /// One page of it.
    page: RequestPage,
    /// The server's clock.
    now: Timestamp,
) -> impl IntoView {
    let newest = address.before.is_empty();
    let path = address.path(&routes::requests(&app));
    let older = page.next.map(|next| {
        let path = address.before(next).path(&routes::requests(&app));
        view! {
            <a href=path rel="next">
                {words::OLDER}
            </a>
        }
    });
    let first = (!newest).then(|| {
        let path = address.newest(address.refused);
        view! { <a href=path.path(&routes::requests(&app))>{words::NEWEST}</a> }
    });
    let pager = (older.is_some() || first.is_some()).then(|| {
        view! {
            <nav class="pager" aria-label=words::PAGES>
                {first}
                {older}
            </nav>
        }
    });
    let refused = address.refused;
    let outcomes = [(false, words::EVERY), (true, words::REFUSED)]
        .map(|(only, words)| {
            let path = address.newest(only).path(&routes::requests(&app));
            view! {
                <a href=path aria-current=(refused == only).then_some("true")>
                    {words}
                </a>
            }
        })
        .collect_view();
    let live = newest.then(|| {
        let (app, key) = (app.clone(), address.key.clone());
        view! { <LiveRequests app key refused latest=page.latest now /> }
    });
    let nothing = page.rows.is_empty().then(|| {
        let words = if refused {
            words::NOTHING_REFUSED
        } else {
            words::NOTHING
        };
        view! { <p class="request-none">{words}</p> }
    });
    let rows: Vec<_> = page
        .rows
        .into_iter()
        .map(|call| row(&app, call, now))
        .collect();
    view! {
        <div class="request-tools">
            <nav class="segmented" aria-label=words::OUTCOME>
                {outcomes}
            </nav>
            {live}
            <a href=path rel="external">
                {words::REFRESH}
            </a>
        </div>
        <ol id=LIST class="entries requests" aria-label=words::TITLE>
            {rows}
        </ol>
        {nothing}
        {pager}
    }
}
