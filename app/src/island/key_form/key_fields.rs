//! The fields of a key, in the forms for a new and an existing one.

use super::{ExpiryField, ScopePicker};
use crate::{
    error::FieldError,
    form::key::KeyForm,
    ui::{FieldNote, SelectField, TextArea, TextField},
    words::create,
};
use domain::key::{
    expiry::Expiry,
    rate_limit::{DEFAULT_WINDOW, WINDOWS},
};
use leptos::prelude::*;

/// Every field.
#[component]
pub fn KeyFields(
    /// The fields' first values.
    form: KeyForm,
    /// The expiry of an existing key.
    #[prop(optional)]
    present: Option<Expiry>,
    /// Whether live or test can be chosen.
    #[prop(optional)]
    choose_environment: bool,
    /// The form's errors.
    #[prop(into)]
    errors: Signal<Vec<FieldError>>,
) -> impl IntoView {
    let nonempty = |value: String| (!value.is_empty()).then_some(value);
    let environment = choose_environment.then_some(form.environment);
    view! {
        <TextField
            name="name"
            label=create::NAME
            hint=create::NAME_HINT
            value=Some(form.name)
            errors
            autofocus=true
        />
        <TextArea
            name="description"
            label=create::DESCRIPTION
            hint=create::DESCRIPTION_HINT
            value=Some(form.description)
            errors
        />
        {environment.map(|first| view! { <EnvironmentField first errors /> })}
        <ScopePicker ticked=form.scopes errors />
        <ExpiryField
            choice=nonempty(form.expiration)
            day=Some(form.expires_on)
            present
            errors
        />
        <TextArea
            name="allowed_ips"
            label=create::ADDRESSES
            hint=create::ADDRESSES_HINT
            value=Some(form.allowed_ips)
            errors
            mono=true
        />
        <div class="rate">
            <TextField
                name="rate_requests"
                label=create::RATE
                hint=create::RATE_HINT
                inputmode="numeric"
                value=Some(form.rate_requests)
                errors
                optional=true
            />
            <SelectField
                name="rate_window"
                label=create::WINDOW
                choices=WINDOWS.iter().map(|row| (row.0, row.1)).collect()
                value=nonempty(form.rate_window).unwrap_or_else(|| DEFAULT_WINDOW.to_owned())
                errors
            />
        </div>
    }
    .into_any()
}

#[component]
fn EnvironmentField(first: String, errors: Signal<Vec<FieldError>>) -> impl IntoView {
    let choices = [
        ("live", create::LIVE, create::LIVE_HINT),
        ("test", create::TEST, create::TEST_HINT),
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
            <legend>{create::ENVIRONMENT}</legend>
            {choices}
            <FieldNote name="environment" errors />
        </fieldset>
    }
}
