//! Rows that are selected by their boxes, and the bar of what can be done with them ([`crate::island::selection`]).

use crate::{form::FormPage, words::list as words};
use leptos::prelude::*;

/// The box of a row. It belongs to a form elsewhere in the page, since a row may have forms of its own.
pub fn row_box(
    name: &'static str,
    form: &'static str,
    value: String,
    label: String,
    checked: bool,
) -> AnyView {
    view! {
        <label class="choice">
            <input
                type="checkbox"
                name=name
                form=form
                autocomplete="off"
                value=value
                checked=checked
                data-row=""
            />
            <span class="visually-hidden">{label}</span>
        </label>
    }
    .into_any()
}

/// The box for all rows beneath it; it needs JavaScript.
pub fn all_box(label: impl IntoView + 'static) -> AnyView {
    view! {
        <label class="choice" data-needs-js="">
            <input type="checkbox" autocomplete="off" data-all="" />
            <span class="visually-hidden">{label}</span>
        </label>
    }
    .into_any()
}

/// The form of the boxes of rows: how many are selected, what can be done with them, and a button that clears the selection.
#[component]
pub fn SelectionBar(
    /// The application's id.
    app: String,
    /// The form's id, which the boxes name.
    id: &'static str,
    /// The server function that the form is sent to.
    action: &'static str,
    /// The form's accessible name.
    label: &'static str,
    /// The buttons.
    children: Children,
) -> impl IntoView {
    view! {
        <form method="post" action=action id=id class="bulk-bar" aria-label=label>
            <FormPage />
            <input type="hidden" name="app" value=app />
            <span class="bulk-count" role="status">
                {label}
            </span>
            {children()}
            <button
                type="button"
                class="button"
                data-variant="ghost"
                data-size="small"
                data-needs-js=""
                data-clear=""
                aria-label=words::CLEAR_SELECTION
            >
                {words::CLEAR_SELECTED}
            </button>
        </form>
    }
}
