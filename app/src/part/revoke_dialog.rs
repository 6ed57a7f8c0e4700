//! The question before a revocation.

use crate::{
    api::keys::change::RevokeKey,
    form::{FormPage, typed, use_errors, use_outcome},
    routes,
    ui::{Dialog, ErrorSummary, Submit, TextField, Time},
};
use domain::{key::KeySummary, time::Timestamp};
use leptos::prelude::*;

/// Says what ends with the key, and wants its name typed.
#[component]
pub fn RevokeDialog(
    /// The application's id.
    app: String,
    /// The key.
    key: KeySummary,
    /// The server's clock.
    now: Timestamp,
    /// Accepted calls in the last 24 hours, where that is known.
    calls: Option<i64>,
) -> impl IntoView {
    let action = ServerAction::<RevokeKey>::new();
    let errors = use_errors(use_outcome(action));
    let back = routes::key(&app, key.id);
    let used = match key.last_used {
        Some(used) => view! { <Time at=used.at now /> " from " {used.address} }.into_any(),
        None => "Never".into_any(),
    };
    let calls = calls.map_or_else(|| "Unknown".to_owned(), crate::chart::scale::grouped);
    view! {
        <Dialog
            id="revoke"
            title=format!("Revoke {}?", key.name)
            back=back.clone()
            alert=true
            described_by="revoke-consequence"
        >
            <ActionForm action attr:novalidate="" attr:autocomplete="off">
                <FormPage />
                <div class="dialog-body">
                    <ErrorSummary errors />
                    <p id="revoke-consequence">
                        "Every program that uses this key is refused from this moment on. This cannot be undone."
                    </p>
                    <dl class="impact">
                        <dt>"Last used"</dt>
                        <dd>{used}</dd>
                        <dt>"Accepted calls, last 24 hours"</dt>
                        <dd>{calls}</dd>
                    </dl>
                    <input type="hidden" name="app" value=app />
                    <input type="hidden" name="key" value=key.id.to_string() />
                    <TextField
                        name="confirm"
                        label="Type the key name to confirm"
                        value=typed("revoke_key", "confirm")
                        errors
                    />
                    <TextField
                        name="reason"
                        label="Reason"
                        hint="Optional; it stands in the key’s history."
                        value=typed("revoke_key", "reason")
                        errors
                        maxlength="200"
                        optional=true
                    />
                </div>
                <footer class="dialog-actions">
                    <a class="button" data-variant="secondary" href=back autofocus="">
                        "Cancel"
                    </a>
                    <Submit label="Revoke key" pending=action.pending() variant="danger" />
                </footer>
            </ActionForm>
        </Dialog>
    }
}
