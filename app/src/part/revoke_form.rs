//! The dialog before keys are revoked.

use super::{confirm_field::ConfirmField, form_dialog::FormDialog};
use crate::{
    form::{posted_errors, typed},
    ui::{Sentence, TextField},
    words::revoke,
};
use leptos::prelude::*;

/// Shows what ends, and asks for a text that confirms it and for a reason.
#[component]
pub fn RevokeForm(
    /// The id of the dialog.
    id: &'static str,
    /// Its name.
    #[prop(into)]
    title: Sentence,
    /// The explanation of the change.
    text: &'static str,
    /// The path of the server function.
    action: &'static str,
    /// The application's id.
    app: String,
    /// The path that Cancel leads to.
    back: String,
    /// Whether the form can do without the password.
    #[prop(default = true)]
    fresh: bool,
    /// The words on the button.
    submit: &'static str,
    /// The sentence that says what to type to confirm.
    confirm: &'static str,
    /// Where the reason is shown.
    reason_hint: &'static str,
    /// The keys, and the requests that would fail.
    children: Children,
) -> impl IntoView {
    let errors = Signal::stored(posted_errors(action));
    view! {
        <FormDialog id title text alert=true action app back fresh submit variant="danger">
            {children()}
            <ConfirmField action label=confirm />
            <TextField
                name="reason"
                label=revoke::REASON
                hint=reason_hint
                value=typed(action, "reason")
                errors
                maxlength="200"
                optional=true
            />
        </FormDialog>
    }
}
