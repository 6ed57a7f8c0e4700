//! The fields of a key, in the forms for a new and an existing one.

use super::{ExpiryField, Restrictions, ScopePicker};
use crate::{
    error::FieldError,
    form::key::KeyForm,
    ui::{FieldNote, TextArea, TextField},
    words::create,
};
use domain::{key::expiry::Expiry, time::Timestamp};
use leptos::prelude::*;

/// Every field.
#[component]
pub fn KeyFields(
    /// The fields' first values.
    form: KeyForm,
    /// The fields' present values.
    #[prop(into)]
    typed: Signal<KeyForm>,
    /// The server's clock.
    now: Timestamp,
    /// The expiry of an existing key.
    #[prop(optional)]
    present: Option<Expiry>,
    /// Whether live or test can be chosen.
    #[prop(optional)]
    choose_environment: bool,
    /// The hint below the name.
    #[prop(optional)]
    name_note: Option<AnyView>,
    /// The form's errors.
    #[prop(into)]
    errors: Signal<Vec<FieldError>>,
) -> impl IntoView {
    let restrictions = form.clone();
    // An address that leads to one of its fields is not known to the server.
    let open = present.is_some();
    let nonempty = |value: String| (!value.is_empty()).then_some(value);
    let environment = choose_environment.then_some(form.environment);
    view! {
        <div>
            <TextField
                name="name"
                label=create::NAME
                hint=create::NAME_HINT
                value=Some(form.name)
                errors
                autofocus=true
            />
            {name_note}
        </div>
        <TextArea
            name="description"
            label=create::DESCRIPTION
            hint=create::DESCRIPTION_HINT
            value=Some(form.description)
            rows="2"
            errors
        />
        {environment.map(|first| view! { <EnvironmentField first errors /> })}
        <ExpiryField
            choice=nonempty(form.expiration)
            day=Some(form.expires_on)
            present
            now
            errors
        />
        <Restrictions form=restrictions typed open errors />
        // On a wide screen they are beside all others.
        <ScopePicker ticked=form.scopes errors />
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
