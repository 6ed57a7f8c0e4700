//! Whether the page listens yet.

use leptos::prelude::*;

/// False while the server renders and until the browser has taken the page over.
#[derive(Clone, Copy)]
struct Ready(RwSignal<bool>);

/// Makes [`use_ready`] work below, and marks the root element with `data-js` once the page listens.
pub fn provide_ready() {
    let ready = RwSignal::new(false);
    provide_context(Ready(ready));
    Effect::new(move |_| {
        if let Some(root) = document().document_element() {
            // Only a broken document refuses an attribute.
            _ = root.set_attribute("data-js", "");
        }
        ready.set(true);
    });
}

/// Whether the page listens: what needs JavaScript is `hidden` until then.
pub fn use_ready() -> Signal<bool> {
    use_context::<Ready>().map_or_else(|| Signal::stored(false), |ready| ready.0.into())
}
