//! The question before a key that is in use is deactivated.

use super::Impact;
use crate::{
    act::keys::change::DeactivateKey,
    form::posted_errors,
    part::form_dialog::FormDialog,
    routes,
    ui::Sentence,
    words::{deactivate as words, list},
};
use domain::{key::KeySummary, time::Timestamp, usage::breakdown::Impact as Calls};
use leptos::{prelude::*, server_fn::ServerFn};

/// Shows which requests would fail.
#[component]
pub fn DeactivateDialog(
    /// The application's id.
    app: String,
    /// The key.
    key: KeySummary,
    /// Its requests.
    calls: Calls,
    /// The server's clock.
    now: Timestamp,
) -> impl IntoView {
    let errors = Signal::stored(posted_errors(DeactivateKey::PATH));
    let back = routes::key(&app, key.id);
    view! {
        <FormDialog
            id="deactivate-key"
            title=Sentence::about([key.name.as_str()], |[name]| words::title(name))
            text=words::CONSEQUENCE
            alert=true
            action=DeactivateKey::PATH
            errors
            app
            back
            submit=list::DEACTIVATE
            variant="danger"
        >
            <Impact key=key.clone() calls now />
            <input type="hidden" name="key" value=key.id.to_string() />
            <input type="hidden" name="asked" value="yes" />
        </FormDialog>
    }
}
