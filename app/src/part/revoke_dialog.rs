//! The question before a revocation.

use crate::{
    api::keys::change::RevokeKey,
    form::{FormPage, typed, use_errors, use_outcome},
    part::{Impact, key_facts::last_used},
    routes,
    ui::{Dialog, ErrorSummary, Submit, TextField},
    words::revoke,
};
use domain::{key::KeySummary, time::Timestamp, usage::breakdown};
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
    /// What would end with it, where that is known.
    impact: Option<breakdown::Impact>,
) -> impl IntoView {
    let action = ServerAction::<RevokeKey>::new();
    let errors = use_errors(use_outcome(action));
    let back = routes::key(&app, key.id);
    let unused = key.last_used.is_none();
    let used = last_used(&key, now, revoke::NEVER);
    let impact = match (impact, unused) {
        (_, true) => ().into_any(),
        (Some(calls), _) => view! { <Impact calls /> }.into_any(),
        (None, _) => view! { <p>{revoke::UNKNOWN}</p> }.into_any(),
    };
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
                        {revoke::CONSEQUENCE}
                    </p>
                    <dl class="impact">
                        <dt>{revoke::LAST_USED}</dt>
                        <dd>{used}</dd>
                    </dl>
                    {impact}
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
