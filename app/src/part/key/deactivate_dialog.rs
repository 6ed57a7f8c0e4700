//! The dialog before a key that is in use is deactivated.

use crate::{
    act::keys::change::DeactivateKey,
    part::form_dialog::FormDialog,
    routes,
    ui::Sentence,
    words::{deactivate as words, list},
};
use domain::key::KeySummary;
use leptos::{prelude::*, server_fn::ServerFn};

/// Shows which requests would fail.
#[component]
pub fn DeactivateDialog(
    /// The application's id.
    app: String,
    /// The key.
    key: KeySummary,
    /// Its requests, as [`Impact`](super::Impact).
    impact: AnyView,
) -> impl IntoView {
    let back = routes::key(&app, key.id);
    view! {
        <FormDialog
            id="deactivate-key"
            title=Sentence::about([key.name.as_str()], |[name]| words::title(name))
            text=words::CONSEQUENCE
            alert=true
            action=DeactivateKey::PATH
            app
            back
            submit=list::DEACTIVATE
            variant="danger"
        >
            {impact}
            <input type="hidden" name="key" value=key.id.to_string() />
            <input type="hidden" name="asked" value="yes" />
        </FormDialog>
    }
}
