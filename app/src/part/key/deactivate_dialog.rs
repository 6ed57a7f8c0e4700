//! The question before a key that is in use is deactivated.

use super::Impact;
use crate::{
    act::keys::change::DeactivateKey,
    form::{FormPage, posted_errors},
    routes,
    ui::{Dialog, ErrorSummary, Submit},
    words::{deactivate as words, list, revoke},
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
        <Dialog
            id="deactivate-key"
            title=words::title(key.name.as_str())
            back=back.clone()
            alert=true
            described_by="deactivate-consequence"
        >
            <form method="post" action=DeactivateKey::PATH>
                <FormPage />
                <div class="dialog-body">
                    <ErrorSummary errors />
                    <p id="deactivate-consequence">{words::CONSEQUENCE}</p>
                    <Impact key=key.clone() calls now />
                    <input type="hidden" name="app" value=app />
                    <input type="hidden" name="key" value=key.id.to_string() />
                    <input type="hidden" name="asked" value="yes" />
                </div>
                <footer class="dialog-actions">
                    <a class="button" data-variant="secondary" data-close="" href=back autofocus="">
                        {revoke::CANCEL}
                    </a>
                    <Submit label=list::DEACTIVATE variant="danger" />
                </footer>
            </form>
        </Dialog>
    }
}
