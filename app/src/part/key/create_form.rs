//! The form for a new key.

use crate::{
    act::keys::create::CreateKey,
    form::{FormPage, key::KeyForm, posted_errors, refused_key_form},
    island::key_form::create_fields::CreateKeyFields,
    routes,
    ui::SignInAgain,
};
use domain::time::LocalNow;
use leptos::{prelude::*, server_fn::ServerFn};

/// Every field of a new key.
#[component]
pub fn CreateKeyForm(
    /// The application's id.
    app: String,
    /// The form's idempotency key.
    once: String,
    /// Whether the sign-in is recent.
    fresh: bool,
    /// The server's clock.
    local: LocalNow,
    /// The fields of the key that is duplicated.
    #[prop(optional_no_strip)]
    from: Option<KeyForm>,
) -> impl IntoView {
    let list = routes::list(&app);
    view! {
        <form method="post" action=CreateKey::PATH novalidate="" autocomplete="off">
            <FormPage />
            <input type="hidden" name="app" value=app />
            <input type="hidden" name="once" value=once />
            <CreateKeyFields
                form=refused_key_form(CreateKey::PATH).or(from).unwrap_or_else(blank)
                errors=posted_errors(CreateKey::PATH)
                fresh
                again=SignInAgain::from_frame()
                local
                list
            />
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
