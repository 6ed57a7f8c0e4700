//! The question before a revocation.

use crate::{
    api::{keys::change::RevokeKey, usage::Revocable},
    form::{FormPage, typed, use_errors, use_outcome},
    routes,
    ui::{
        Dialog, ErrorSummary, Submit, TextField,
        drawn::{Markup, Show},
    },
    words::revoke,
};
use leptos::prelude::*;

/// Says what ends with the key, and wants its name typed.
#[component]
pub fn RevokeDialog(
    /// The application's id.
    app: String,
    /// The key.
    key: Revocable,
    /// What would end with it.
    impact: Markup,
) -> impl IntoView {
    let action = ServerAction::<RevokeKey>::new();
    let errors = use_errors(use_outcome(action));
    let back = routes::key(&app, key.id);
    view! {
        <Dialog
            id="revoke"
            title=revoke::title(key.name.as_str())
            back=back.clone()
            alert=true
            described_by="revoke-consequence"
        >
            <ActionForm action attr:novalidate="" attr:autocomplete="off">
                <FormPage />
                <div class="dialog-body">
                    <ErrorSummary errors />
                    <p id="revoke-consequence">
                        {revoke::CONSEQUENCE}
                    </p>
                    <Show markup=impact class="drawn" />
                    <input type="hidden" name="app" value=app />
                    <input type="hidden" name="key" value=key.id.to_string() />
                    <TextField
                        name="confirm"
                        label=revoke::CONFIRM
                        value=typed("revoke_key", "confirm")
                        errors
                    />
                    <TextField
                        name="reason"
                        label=revoke::REASON
                        hint=revoke::REASON_HINT
                        value=typed("revoke_key", "reason")
                        errors
                        maxlength="200"
                        optional=true
                    />
                </div>
                <footer class="dialog-actions">
                    <a class="button" data-variant="secondary" href=back autofocus="">
                        {revoke::CANCEL}
                    </a>
                    <Submit label=revoke::REVOKE pending=action.pending() variant="danger" />
                </footer>
            </ActionForm>
        </Dialog>
    }
}
