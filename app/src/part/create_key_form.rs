//! The form for a new key.

use crate::{
    act::keys::create::CreateKey,
    form::{FormPage, key::KeyForm, posted_errors, refused_key_form},
    island::key_form::create_fields::CreateKeyFields,
    routes,
    ui::Submit,
    words::create,
};
use domain::time::Timestamp;
use leptos::{prelude::*, server_fn::ServerFn};

/// Every field of a new key.
#[component]
pub fn CreateKeyForm(
    /// The application's id.
    app: String,
    /// The form's idempotency key.
    once: String,
    /// Whether the password was entered recently.
    fresh: bool,
    /// The server's clock.
    now: Timestamp,
) -> impl IntoView {
    let back = routes::list(&app);
    view! {
        <form method="post" action=CreateKey::PATH novalidate="" autocomplete="off">
            <FormPage />
            <div class="dialog-body">
                <input type="hidden" name="app" value=app />
                <input type="hidden" name="once" value=once />
                <CreateKeyFields
                    form=refused_key_form(CreateKey::PATH).unwrap_or_else(blank)
                    errors=posted_errors(CreateKey::PATH)
                    fresh
                    now
                />
            </div>
            <footer class="dialog-actions">
                <a class="button" data-variant="ghost" data-close="" href=back>
                    {create::CANCEL}
                </a>
                <Submit label=create::SEND />
            </footer>
        </form>
    }
    .into_any()
}

fn blank() -> KeyForm {
    KeyForm {
        environment: "test".into(),
        ..KeyForm::default()
    }
}
