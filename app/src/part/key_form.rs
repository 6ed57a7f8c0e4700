//! The form for a new key.

use super::{PasswordAgain, ScopePicker, expiry_field::ExpiryField, scope_picker};
use crate::{
    api::keys::{
        create::{CreateKey, Creation},
        read::NewKeyForm,
    },
    error::AppError,
    form::{FormPage, typed, typed_all, use_errors},
    routes,
    ui::{ErrorSummary, FieldNote, Submit, TextArea, TextField},
};
use leptos::prelude::*;

const ENDPOINT: &str = "create_key";

/// Every field of a new key. What is typed stays while the server finds fault with it.
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
    let back = routes::list(&app);
    view! {
        <ActionForm action attr:novalidate="" attr:autocomplete="off">
            <FormPage />
            <div class="dialog-body">
                <ErrorSummary errors />
                <input type="hidden" name="app" value=app />
                <input type="hidden" name="once" value=form.once />
                <TextField
                    name="name"
                    label="Name"
                    hint="The program that will use the key, such as “Checkout server”."
                    value=typed(ENDPOINT, "name")
                    errors
                    autofocus=true
                />
                <TextArea
                    name="description"
                    label="Description"
                    value=typed(ENDPOINT, "description")
                    errors
                />
                <EnvironmentField errors />
                <ScopePicker ticked=typed_all(ENDPOINT, scope_picker::NAME) errors />
                <ExpiryField
                    choice=typed(ENDPOINT, "expiration")
                    day=typed(ENDPOINT, "expires_on")
                    errors
                />
                <TextArea
                    name="allowed_ips"
                    label="Allowed IP addresses"
                    hint="Addresses or networks, one a line, such as 203.0.113.7 or 10.0.0.0/8. Leave it empty to allow any."
                    value=typed(ENDPOINT, "allowed_ips")
                    errors
                    mono=true
                />
                <PasswordAgain fresh=form.fresh errors />
            </div>
            <footer class="dialog-actions">
                <a class="button" data-variant="ghost" href=back>
                    "Cancel"
                </a>
                <Submit label="Generate API Key" pending=action.pending() />
            </footer>
        </ActionForm>
    }
}

#[component]
fn EnvironmentField(#[prop(into)] errors: Signal<Vec<crate::error::FieldError>>) -> impl IntoView {
    let first = typed(ENDPOINT, "environment").unwrap_or_else(|| "test".to_owned());
    let choices = [
        ("live", "Live", "Real data and real money."),
        ("test", "Test", "Data that may be thrown away."),
    ]
    .into_iter()
    .map(|(value, label, words)| {
        let label_id = format!("environment-{value}");
        let words_id = format!("environment-{value}-hint");
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="environment"
                    value=value
                    checked=first == value
                    aria-labelledby=label_id.clone()
                    aria-describedby=words_id.clone()
                />
                <span>
                    <strong id=label_id>{label}</strong>
                    <small id=words_id>{words}</small>
                </span>
            </label>
        }
    })
    .collect_view();
    view! {
        <fieldset class="choices" data-layout="cards" id="environment" tabindex="-1">
            <legend>"Environment"</legend>
            {choices}
            <FieldNote name="environment" errors />
        </fieldset>
    }
}
