//! The keyboard shortcut of an action, beside it.

use leptos::prelude::*;

/// A key, for those who see it: nothing without the program, on a touch screen, or for a person who has turned single keys off.
#[component]
pub fn KeyHint(
    /// The key.
    key: &'static str,
) -> impl IntoView {
    view! {
        <kbd class="key-hint" data-needs-js="" aria-hidden="true" translate="no">
            {key}
        </kbd>
    }
}
