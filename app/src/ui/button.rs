//! The button that sends a form.

use leptos::prelude::*;

/// Sends the form it stands in, once: while the answer is under way it is busy and does nothing.
#[component]
pub fn Submit(
    /// The words on it.
    label: &'static str,
    /// Whether the answer is under way.
    #[prop(into)]
    pending: Signal<bool>,
    /// `primary`, `secondary`, `danger` or `ghost`.
    #[prop(default = "primary")]
    variant: &'static str,
) -> impl IntoView {
    view! {
        <button
            type="submit"
            class="button"
            data-variant=variant
            aria-busy=move || pending.get().then_some("true")
            on:click=move |event| {
                if pending.get_untracked() {
                    event.prevent_default();
                }
            }
        >
            {label}
        </button>
    }
}
