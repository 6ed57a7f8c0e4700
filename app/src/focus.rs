//! Where the reader is after a link.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use std::time::Duration;
use wasm_bindgen::JsCast;

/// Gives the page time to arrive.
const PATIENCE: Duration = Duration::from_millis(120);

/// Moves the focus to the heading of the page that a link led to; a dialog takes it itself.
#[component]
pub fn FocusHeading() -> impl IntoView {
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let here = path.get();
        if before.is_some_and(|before| before != here) {
            _ = set_timeout(focus_heading, PATIENCE);
        }
        here
    });
}

fn focus_heading() {
    let document = document();
    if matches!(document.query_selector("dialog:modal"), Ok(Some(_))) {
        return;
    }
    if let Ok(Some(heading)) = document.query_selector("main h1") {
        _ = heading.unchecked_into::<web_sys::HtmlElement>().focus();
    }
}
