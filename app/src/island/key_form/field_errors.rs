//! Errors beside the fields of a key's form, updated as the user types.

use crate::{
    error::{AppError, FieldError},
    form::key::{KeyForm, SCOPES},
};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlFormElement};

/// Returns the form around the field that an event comes from, and the name under which the field's errors are shown;
/// `None` for a field that is not sent.
pub fn edited(event: &Event) -> Option<(KeyForm, String)> {
    let field: Element = event.target()?.dyn_into().ok()?;
    let name = field.get_attribute("name")?;
    let name = match name.as_str() {
        SCOPES => "scopes".to_owned(),
        "rate_window" => "rate_requests".to_owned(),
        _ => name,
    };
    Some((form_around(&field)?, name))
}

/// Returns the form around an element, as it is filled in.
pub fn form_around(element: &Element) -> Option<KeyForm> {
    let form: HtmlFormElement = element.closest("form").ok()??.dyn_into().ok()?;
    KeyForm::of_element(&form)
}

/// The errors of a form: the server's, until a field is checked again in the browser.
#[derive(Clone, Copy)]
pub struct FieldErrors(RwSignal<Vec<FieldError>>);

impl FieldErrors {
    /// Starts with the server's errors.
    pub fn of(server: Vec<FieldError>) -> Self {
        Self(RwSignal::new(server))
    }

    /// Checks one field again: when it is left, and at every key once it has an error.
    pub fn check<T>(self, event: &Event, field: &str, parsed: &Result<T, AppError>) {
        let invalid = self
            .0
            .with_untracked(|errors| errors.iter().any(|error| error.field == field));
        if !invalid && event.type_() != "change" {
            return;
        }
        self.0.update(|errors| {
            // Another choice of expiration hides the date or shows it.
            let both = field == "expiration";
            errors.retain(|error| error.field != field && !(both && error.field == "expires_on"));
            if let Err(error) = parsed {
                let found = error.sentences().into_iter();
                errors.extend(found.filter(|error| error.field == field));
            }
        });
    }
}

impl From<FieldErrors> for Signal<Vec<FieldError>> {
    fn from(errors: FieldErrors) -> Self {
        errors.0.into()
    }
}
