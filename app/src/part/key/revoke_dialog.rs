//! The question before a revocation.

use super::Impact;
use crate::{
    act::keys::change::RevokeKey,
    form::{FormPage, posted_errors, typed},
    routes,
    ui::{Dialog, ErrorSummary, Submit, TextField},
    words::revoke,
};
use domain::{key::KeySummary, time::Timestamp, usage::breakdown::Impact as Calls};
use leptos::{prelude::*, server_fn::ServerFn};

/// Says what ends with the key, and wants its name typed.
#[component]
pub fn RevokeDialog(
    /// The application's id.
    app: String,
    /// The key.
    key: KeySummary,
    /// Its requests.
    calls: Calls,
    /// The server's clock.
    now: Timestamp,
) -> impl IntoView {
    let errors = Signal::stored(posted_errors(RevokeKey::PATH));
    let back = routes::key(&app, key.id);
    view! {
        <Dialog
            id="revoke"
            title=revoke::title(key.name.as_str())
            back=back.clone()
            alert=true
            described_by="revoke-consequence"
        >
            <form method="post" action=RevokeKey::PATH novalidate="" autocomplete="off">
                <FormPage />
                <div class="dialog-body">
                    <ErrorSummary errors />
                    <p id="revoke-consequence">
                        {revoke::CONSEQUENCE}
                    </p>
                    <Impact key=key.clone() calls now />
                    <input type="hidden" name="app" value=app />
                    <input type="hidden" name="key" value=key.id.to_string() />
                    <TextField
                        name="confirm"
                        label=revoke::CONFIRM
                        value=typed(RevokeKey::PATH, "confirm")
                        errors
                    />
                    <TextField
                        name="reason"
                        label=revoke::REASON
                        hint=revoke::REASON_HINT
                        value=typed(RevokeKey::PATH, "reason")
                        errors
                        maxlength="200"
                        optional=true
                    />
                </div>
                <footer class="dialog-actions">
                    <a class="button" data-variant="secondary" data-close="" href=back autofocus="">
                        {revoke::CANCEL}
                    </a>
                    <Submit label=revoke::REVOKE variant="danger" />
                </footer>
            </form>
        </Dialog>
    }
}
