//! Whether the page listens yet.

use leptos::prelude::*;

/// False while the server renders and until the browser has taken the whole page over, with the parts of the program that
/// it fetched for it. What is said sooner would find places that are still the server's.
#[derive(Clone, Default)]
pub struct Ready(ArcRwSignal<bool>);

impl Ready {
    /// Makes [`use_ready`] work below.
    pub fn provide(&self) {
        provide_context(self.clone());
    }

    /// The page listens: marks the root element with `data-js`.
    pub fn announce(&self) {
        if let Some(root) = document().document_element() {
            // Only a broken document refuses an attribute.
            _ = root.set_attribute("data-js", "");
        }
        self.0.set(true);
    }
}

/// Whether the page listens. What is only to be hidden until then has the attribute `data-needs-js` instead.
pub fn use_ready() -> Signal<bool> {
    use_context::<Ready>().map_or_else(|| Signal::stored(false), |ready| ready.0.into())
}
