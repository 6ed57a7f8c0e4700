//! The field of a text that confirms a change.

use crate::{
    form::{posted_errors, typed},
    ui::TextField,
};
use leptos::prelude::*;

/// A field `confirm` of a form that posts to a server function: a name or a word has to be typed into it.
#[component]
pub fn ConfirmField(
    /// The path of the server function.
    action: &'static str,
    /// The sentence that says what to type.
    label: &'static str,
) -> impl IntoView {
    let errors = Signal::stored(posted_errors(action));
    view! { <TextField name="confirm" label value=typed(action, "confirm") errors /> }
}
