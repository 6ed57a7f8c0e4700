//! The notice of security events that are not acknowledged.

use crate::{ui::Notice, words::security as words};
use domain::security::OpenEventCounts;
use leptos::prelude::*;

/// A sentence with the way to them; nothing where there are none.
#[component]
pub fn OpenEventsNotice(
    /// How many.
    events: OpenEventCounts,
    /// The path of their page.
    path: String,
) -> impl IntoView {
    let tone = if events.critical > 0 {
        "danger"
    } else {
        "warning"
    };
    (events.all > 0)
        .then(|| {
            view! {
                <Notice tone>
                    {words::open(events)} " " <a href=path>{words::LOOK}</a>
                </Notice>
            }
        })
        .into_any()
}
