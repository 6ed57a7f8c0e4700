//! The question before a revocation.

use super::Impact;
use crate::{
    act::keys::change::RevokeKey,
    form::{posted_errors, typed},
    part::form_dialog::FormDialog,
    routes,
    ui::{Sentence, TextField},
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
        <FormDialog
            id="revoke"
            title=Sentence::about([key.name.as_str()], |[name]| revoke::title(name))
            text=revoke::CONSEQUENCE
            alert=true
            action=RevokeKey::PATH
            errors
            app
            back
            submit=revoke::REVOKE
            variant="danger"
        >
            <Impact key=key.clone() calls now />
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
        </FormDialog>
    }
}
