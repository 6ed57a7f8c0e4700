//! The fields of a key, as the form for a new one and the form for an existing one have them.

use super::{ExpiryField, ScopePicker};
use crate::{
    error::FieldError,
    ui::{FieldNote, SelectField, TextArea, TextField},
    words::create,
};
use domain::key::{
    expiry::Expiry,
    rate_limit::{DEFAULT_WINDOW, WINDOWS},
};
use leptos::prelude::*;

/// What stands in the fields at first, as text.
#[derive(Clone, Debug, Default)]
pub struct KeyValues {
    /// The name.
    pub name: Option<String>,
    /// What the key is for.
    pub description: Option<String>,
    /// Scopes that are ticked.
    pub scopes: Vec<String>,
    /// The choice of an end.
    pub expiration: Option<String>,
    /// The date beside it.
    pub expires_on: Option<String>,
    /// Addresses and networks, one a line.
    pub allowed_ips: Option<String>,
    /// Requests in a window.
    pub rate_requests: Option<String>,
    /// The window.
    pub rate_window: Option<String>,
    /// The end that the key has, where there is a key.
    pub present: Option<Expiry>,
}

/// Every field. What is typed stays while somebody finds fault with it.
#[component]
pub fn KeyFields(
    /// What stands in the fields at first.
    values: KeyValues,
    /// Live or test, where that can be chosen still: the word that is chosen at first.
    #[prop(optional)]
    environment: Option<String>,
    /// All that is wrong with the form.
    #[prop(into)]
    errors: Signal<Vec<FieldError>>,
) -> impl IntoView {
    view! {
        <TextField
            name="name"
            label=create::NAME
            hint=create::NAME_HINT
            value=values.name
            errors
            autofocus=true
        />
        <TextArea
            name="description"
            label=create::DESCRIPTION
            hint=create::DESCRIPTION_HINT
            value=values.description
            errors
        />
        {environment.map(|first| view! { <EnvironmentField first errors /> })}
        <ScopePicker ticked=values.scopes errors />
        <ExpiryField
            choice=values.expiration
            day=values.expires_on
            present=values.present
            errors
        />
        <TextArea
            name="allowed_ips"
            label=create::ADDRESSES
            hint=create::ADDRESSES_HINT
            value=values.allowed_ips
            errors
            mono=true
        />
        <div class="rate">
            <TextField
                name="rate_requests"
                label=create::RATE
                hint=create::RATE_HINT
                inputmode="numeric"
                value=values.rate_requests
                errors
                optional=true
            />
            <SelectField
                name="rate_window"
                label=create::WINDOW
                choices=WINDOWS.iter().map(|row| (row.0, row.1)).collect()
                value=values.rate_window.unwrap_or_else(|| DEFAULT_WINDOW.to_owned())
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
