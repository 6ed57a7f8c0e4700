//! The choice of when an old secret stops working.

use crate::{
    error::FieldError,
    ui::{SelectField, TextField},
    words::rotate,
};
use domain::key::regeneration::{CHOICES, CUSTOM};
use leptos::prelude::*;

/// A select box `ends`, and a number `hours` for those who want another end. The style shows the number where it is
/// chosen: no script has to listen.
#[component]
pub fn RetireField(
    /// The label of the select box.
    label: &'static str,
    /// The first option.
    #[prop(optional_no_strip)]
    first: Option<(&'static str, &'static str)>,
    /// The option that was chosen before.
    #[prop(optional_no_strip)]
    choice: Option<String>,
    /// The hours that were typed before.
    #[prop(optional_no_strip)]
    hours: Option<String>,
    /// All that is wrong with the form.
    #[prop(into)]
    errors: Signal<Vec<FieldError>>,
) -> impl IntoView {
    let beforehand = first.map_or("24h", |first| first.0);
    let choices = first
        .into_iter()
        .chain(CHOICES.into_iter().map(|row| (row.0, row.1)))
        .chain([(CUSTOM, rotate::CUSTOM)])
        .collect();
    view! {
        <div class="retire">
            <SelectField
                name="ends"
                label
                choices
                value=choice.unwrap_or_else(|| beforehand.to_owned())
                errors
            />
            <div class="retire-hours">
                <TextField
                    name="hours"
                    label=rotate::HOURS
                    kind="number"
                    hint=rotate::HOURS_HINT
                    value=hours
                    errors
                    optional=true
                />
            </div>
        </div>
    }
    .into_any()
}
