//! What can be done with a row of a list.

use leptos::prelude::*;

/// A link to a dialog or page that changes the row.
#[component]
pub fn RowLink(
    /// Where it leads.
    href: String,
    /// The words on it.
    label: &'static str,
    /// Its accessible name, which names the row too; `None` if the words are enough.
    name: Option<String>,
    /// `secondary` or `ghost`.
    #[prop(default = "ghost")]
    variant: &'static str,
) -> impl IntoView {
    view! {
        <a class="button" data-variant=variant data-size="small" href=href aria-label=name>
            {label}
        </a>
    }
}

/// Sends the form of the row.
#[component]
pub fn RowSubmit(
    /// The words on it.
    label: &'static str,
    /// Its accessible name, which names the row too.
    name: String,
    /// `secondary` or `ghost`.
    #[prop(default = "ghost")]
    variant: &'static str,
) -> impl IntoView {
    view! {
        <button type="submit" class="button" data-variant=variant data-size="small" aria-label=name>
            {label}
        </button>
    }
}
