//! The fields of the form for a new key.

use super::{
    KeyFields,
    field_errors::{self, FieldErrors},
};
use crate::{
    error::FieldError,
    form::key::KeyForm,
    ui::{ErrorSummary, PasswordAgain},
};
use domain::time::Timestamp;
use leptos::prelude::*;

/// The fields, which are checked as they are left.
#[island(lazy)]
pub(crate) fn CreateKeyFields(
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
