//! The form for a new key.

use super::{
    KeyFields, PasswordAgain,
    key_fields::KeyValues,
    scope_picker,
    typed_key::{Faults, TypedKey},
};
use crate::{
    api::keys::{
        create::{CreateKey, Creation},
        read::NewKeyForm,
    },
    error::AppError,
    form::{FormPage, typed, typed_all, use_errors},
    routes,
    ui::{ErrorSummary, Submit},
    words::create,
};
use leptos::prelude::*;

/// Every field of a new key.
#[component]
pub fn KeyForm(
    /// The application's id.
    app: String,
    /// What the server gave for this form.
    form: NewKeyForm,
    /// Makes the key.
    action: ServerAction<CreateKey>,
    /// What came of it.
    outcome: Signal<Option<Result<Creation, AppError>>>,
) -> impl IntoView {
    let errors = use_errors(outcome);
    let faults = Faults::of(errors);
    let back = routes::list(&app);
    let now = form.now;
    let look = move |event: web_sys::Event| {
        if let Some((key, field)) = TypedKey::of(&event) {
            faults.look(&event, &field, &key.raw(None).parse(now));
        }
    };
    view! {
        <ActionForm action attr:novalidate="" attr:autocomplete="off">
            <FormPage />
            <div class="dialog-body" on:input=look on:change=look>
                <ErrorSummary errors />
                <input type="hidden" name="app" value=app />
                <input type="hidden" name="once" value=form.once />
                <KeyFields
                    values=values()
                    environment=was("environment").unwrap_or_else(|| "test".to_owned())
                    errors=faults
                />
                <PasswordAgain fresh=form.fresh errors=faults />
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

fn was(field: &str) -> Option<String> {
    typed("create_key", field)
}

/// What was typed before a plain post was refused.
fn values() -> KeyValues {
    KeyValues {
        name: was("name"),
        description: was("description"),
        scopes: typed_all("create_key", scope_picker::NAME),
        expiration: was("expiration"),
        expires_on: was("expires_on"),
        allowed_ips: was("allowed_ips"),
        rate_requests: was("rate_requests"),
        rate_window: was("rate_window"),
        present: None,
    }
}
