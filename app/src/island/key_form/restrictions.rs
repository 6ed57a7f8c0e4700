//! The allowed IP addresses and the rate limit of a key, folded.

use super::summary;
use crate::{
    error::FieldError,
    form::key::KeyForm,
    ui::{SelectField, TextArea, TextField},
    words::create,
};
use domain::key::rate_limit::{DEFAULT_WINDOW, WINDOWS};
use leptos::prelude::*;

/// The fields under which errors of the folded fields are shown.
const FOLDED: [&str; 2] = ["allowed_ips", "rate_requests"];

/// Fields in a `<details>` whose summary says what is set. It opens if a field has a value or an error.
#[component]
pub fn Restrictions(
    /// The fields' first values.
    form: KeyForm,
    /// The fields' present values.
    typed: Signal<KeyForm>,
    /// Whether it is open although nothing is set.
    open: bool,
    /// The form's errors.
    errors: Signal<Vec<FieldError>>,
) -> impl IntoView {
    let is_set = [&form.allowed_ips, &form.rate_requests]
        .into_iter()
        .any(|value| !value.trim().is_empty());
    // An error that is corrected does not close it.
    let opened = Memo::new(move |before: Option<&bool>| {
        let wrong = errors.with(|errors| {
            errors
                .iter()
                .any(|error| FOLDED.contains(&error.field.as_str()))
        });
        before.copied().unwrap_or(open || is_set) || wrong
    });
    let summary = Memo::new(move |_| typed.with(summary::of_restrictions));
    let window = match form.rate_window {
        window if window.is_empty() => DEFAULT_WINDOW.to_owned(),
        window => window,
    };
    view! {
        <details class="restrictions" open=move || opened.get()>
            <summary>
                <strong>{create::RESTRICTIONS}</strong>
                " "
                <small>{move || summary.get()}</small>
            </summary>
            <div class="restrictions-fields">
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
                        value=window
                        errors
                    />
                </div>
            </div>
        </details>
    }
    .into_any()
}
