//! Instants on the page.

use domain::time::Timestamp;
use leptos::{html, prelude::*};
use web_sys::js_sys::Date;

/// An instant as its distance from `now`, with the exact text beneath the pointer: UTC from the server, the reader's
/// own zone once the page listens.
#[component]
pub fn Time(
    /// The instant.
    at: Timestamp,
    /// The server's clock when the data was read.
    now: Timestamp,
) -> impl IntoView {
    let node = NodeRef::<html::Time>::new();
    Effect::new(move |_| {
        if let Some(time) = node.get() {
            time.set_title(&in_local_zone(at));
        }
    });
    view! {
        <time node_ref=node datetime=at.to_string() title=at.readable()>
            {at.relative_to(now)}
        </time>
    }
}

fn in_local_zone(at: Timestamp) -> String {
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds of any year a person meets are exact in f64"
    )]
    let date = Date::new(&wasm_bindgen::JsValue::from_f64(at.0 as f64));
    String::from(date.to_string())
}
