//! The footer of the list of keys.

use crate::{
    read::key_list::DayCalls,
    routes::{self, ListAddress, QueryAddress},
    words::list as words,
};
use domain::key::filter::KeyCursor;
use leptos::prelude::*;

/// The links to other pages, at fixed places, and the requests with all keys.
#[component]
pub fn KeyListFoot(
    /// The application's id.
    app: String,
    /// The address of the list.
    address: ListAddress,
    /// The cursors of the previous and the next page.
    cursors: [Option<KeyCursor>; 2],
    /// Calls with all keys of the application.
    day: DayCalls,
) -> impl IntoView {
    let path = routes::list(&app);
    let several = cursors.iter().any(Option::is_some);
    let link = |cursor: Option<KeyCursor>, rel: &'static str, label: &'static str| {
        let href = cursor.map(|cursor| address.clone().at(&cursor.to_param()).path(&path));
        match href {
            Some(href) => view! { <a href=href rel=rel>{label}</a> }.into_any(),
            None => view! { <span aria-hidden="true">{label}</span> }.into_any(),
        }
    };
    let [previous, next] = cursors;
    let pager = several.then(|| {
        view! {
            <nav class="pager" aria-label=words::PAGES>
                {link(previous, "prev", words::PREVIOUS)}
                {link(next, "next", words::NEXT)}
            </nav>
        }
    });
    view! {
        <div class="list-pages">
            {pager} <p class="list-requests">{words::all_requests(day.calls, day.refused)}</p>
        </div>
    }
}
