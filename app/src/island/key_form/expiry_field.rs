//! The choice of the expiry of a key.

use crate::{
    error::FieldError,
    ui::{Notice, SelectField, TextField},
    words::create,
};
use domain::{
    key::expiry::{CHOICES, DEFAULT_CHOICE, Expiry, KEEP},
    time::Timestamp,
};
use leptos::prelude::*;

/// A select box `expiration` with the date that each option means, a date `expires_on` for those who want another end, and
/// a warning for those who want none. The style shows what belongs to the option that is selected: no script has to listen.
#[component]
pub fn ExpiryField(
    /// The initial choice; if it is left out, the key's own expiry, or else [`DEFAULT_CHOICE`].
    #[prop(optional_no_strip)]
    choice: Option<String>,
    /// The date that stands there at first.
    #[prop(optional_no_strip)]
    day: Option<String>,
    /// The end that the key has, which can be kept then.
    #[prop(optional_no_strip)]
    present: Option<Expiry>,
    /// The server's clock.
    now: Timestamp,
    /// All that is wrong with the form.
    #[prop(into)]
    errors: Signal<Vec<FieldError>>,
) -> impl IntoView {
    let beforehand = if present.is_some() {
        KEEP
    } else {
        DEFAULT_CHOICE
    };
    let first = present.map(|present| (KEEP, create::keep(present.at())));
    let dates = CHOICES.iter().filter_map(|(choice, _)| {
        let at = Expiry::of_choice(choice, now).ok()?.at()?;
        Some(view! { <p class="field-hint" data-choice=*choice>{create::expires(at)}</p> })
    });
    view! {
        <div class="expiry">
            <SelectField
                name="expiration"
                label=create::EXPIRATION
                choices=CHOICES.to_vec()
                first
                value=choice.unwrap_or_else(|| beforehand.to_owned())
                errors
            />
            <div class="expiry-dates" aria-live="polite">
                {dates.collect_view()}
            </div>
            <div class="expiry-day">
                <TextField
                    name="expires_on"
                    label=create::LAST_DAY
                    kind="date"
                    hint=create::LAST_DAY_HINT
                    value=day
                    errors
                    optional=true
                />
            </div>
            <div class="expiry-never" aria-live="polite">
                <Notice tone="warning">{create::NEVER_WARNING}</Notice>
            </div>
        </div>
    }
    .into_any()
}
