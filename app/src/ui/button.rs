//! The button that sends a form.

use leptos::prelude::*;

/// Sends the form that it belongs to. While the form is being sent, the program marks it as busy.
#[component]
pub fn Submit(
    /// The words on it.
    label: &'static str,
    /// `primary`, `secondary`, `danger` or `ghost`.
    #[prop(default = "primary")]
    variant: &'static str,
) -> impl IntoView {
    view! {
        <button type="submit" class="button" data-variant=variant>
            {label}
        </button>
    }
}
