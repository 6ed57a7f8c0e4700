//! The form for a new key.

use super::{
    KeyFields, PasswordAgain,
    field_errors::{self, FieldErrors},
};
use crate::{
    api::keys::{
        create::{CreateKey, Creation},
        read::NewKeyForm,
    },
    error::AppError,
    form::{FormPage, key::KeyForm, refused_key_form, use_errors},
    routes,
    ui::{ErrorSummary, Submit},
    words::create,
};
use leptos::prelude::*;

/// Every field of a new key.
#[component]
pub fn CreateKeyForm(
    /// The application's id.
    app: String,
    /// What the server gave for this form.
    form: NewKeyForm,
    /// Makes the key.
    action: ServerAction<CreateKey>,
    /// What came of it.
    outcome: Signal<Option<Result<Creation, AppError>>>,
) -> impl IntoView {
    let errors = FieldErrors::of(use_errors(outcome));
    let back = routes::list(&app);
    let now = form.now;
    let check = move |event: web_sys::Event| {
        if let Some((form, field)) = field_errors::edited(&event) {
            errors.check(&event, &field, &form.parse(None, now));
        }
    };
    view! {
        <ActionForm action attr:novalidate="" attr:autocomplete="off">
            <FormPage />
            <div class="dialog-body" on:input=check on:change=check>
                <ErrorSummary errors />
                <input type="hidden" name="app" value=app />
                <input type="hidden" name="once" value=form.once />
                <KeyFields
                    form=refused_key_form("create_key").unwrap_or_else(blank)
                    choose_environment=true
                    errors
                />
                <PasswordAgain fresh=form.fresh errors />
            </div>
            <footer class="dialog-actions">
                <a class="button" data-variant="ghost" href=back>
                    {create::CANCEL}
                </a>
                <Submit label=create::SEND pending=action.pending() />
            </footer>
        </ActionForm>
    }
    .into_any()
}

fn blank() -> KeyForm {
    KeyForm {
        environment: "test".into(),
        ..KeyForm::default()
    }
}
