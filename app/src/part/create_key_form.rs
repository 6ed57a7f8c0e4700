//! The form for a new key.

use super::{
    KeyFields, PasswordAgain,
    field_errors::{self, FieldErrors},
};
use crate::{
    api::keys::{create::CreateKey, read::NewKeyForm},
    error::FieldError,
    form::{FormPage, key::KeyForm, posted_errors, refused_key_form},
    routes,
    ui::{ErrorSummary, Submit},
    words::create,
};
use domain::time::Timestamp;
use leptos::{prelude::*, server_fn::ServerFn};

/// Every field of a new key.
#[component]
pub fn CreateKeyForm(
    /// The application's id.
    app: String,
    /// What the form needs.
    form: NewKeyForm,
) -> impl IntoView {
    let back = routes::list(&app);
    let NewKeyForm {
        once, fresh, now, ..
    } = form;
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

/// The fields, which are checked as they are left.
#[island(lazy)]
fn CreateKeyFields(
    form: KeyForm,
    errors: Vec<FieldError>,
    fresh: bool,
    now: Timestamp,
) -> impl IntoView {
    let errors = FieldErrors::of(errors);
    let check = move |event: web_sys::Event| {
        if let Some((form, field)) = field_errors::edited(&event) {
            errors.check(&event, &field, &form.parse(None, now));
        }
    };
    view! {
        <div class="form-fields" on:input=check on:change=check>
            <ErrorSummary errors />
            <KeyFields form choose_environment=true errors />
            <PasswordAgain fresh errors />
        </div>
    }
}

fn blank() -> KeyForm {
    KeyForm {
        environment: "test".into(),
        ..KeyForm::default()
    }
}
