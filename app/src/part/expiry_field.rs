//! Choosing when a key ends.

use crate::{
    error::FieldError,
    form::typed,
    ui::{Notice, SelectField, TextField, ready::use_ready},
};
use domain::key::expiry::{CHOICES, DEFAULT_CHOICE};
use leptos::prelude::*;

/// A select box, a date for those who want another one, and a warning for those who want none.
#[component]
pub fn ExpiryField(
    /// All that is wrong with the form.
    #[prop(into)]
    errors: Signal<Vec<FieldError>>,
) -> impl IntoView {
    let ready = use_ready();
    let first = typed("create_key", "expiration").unwrap_or_else(|| DEFAULT_CHOICE.to_owned());
    let choice = RwSignal::new(first.clone());
    view! {
        <div class="field-row">
            <SelectField
                name="expiration"
                label="Expiration"
                choices=CHOICES.to_vec()
                value=first
                errors
                on_choice=move |value| choice.set(value)
            />
            <div hidden=move || ready.get() && choice.with(|choice| choice != "custom")>
                <TextField
                    name="expires_on"
                    label="Last day"
                    kind="date"
                    hint="For a custom date: the key works until the end of this day, in UTC."
                    value=typed("create_key", "expires_on")
                    errors
                    optional=true
                />
            </div>
        </div>
        <div aria-live="polite">
            {move || {
                choice
                    .with(|choice| choice == "never")
                    .then(|| {
                        view! {
                            <Notice tone="warning">
                                "A key without an end works until somebody revokes it. If it leaks, nothing stops it by itself."
                            </Notice>
                        }
                    })
            }}
        </div>
    }
}
