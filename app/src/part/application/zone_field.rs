//! The choice of a time zone.

use crate::{error::FieldError, ui::FieldNote, words::general};
use leptos::prelude::*;
use management::Zone;

/// All time zones that the server knows.
#[component]
pub fn ZoneField(
    /// The zone that is chosen at first.
    chosen: String,
    /// All that is wrong with the form.
    errors: Signal<Vec<FieldError>>,
) -> impl IntoView {
    let options = zone_options(&chosen);
    view! {
        <div class="field">
            <label for="time_zone">{general::TIME_ZONE}</label>
            <p class="field-hint" id="time_zone-hint">
                {general::TIME_ZONE_HINT}
            </p>
            <select id="time_zone" name="time_zone" aria-describedby="time_zone-hint">
                {options}
            </select>
            <FieldNote name="time_zone" errors />
        </div>
    }
}

/// An option for each time zone that the server knows.
pub fn zone_options(chosen: &str) -> AnyView {
    Zone::all()
        .into_iter()
        .map(|zone| {
            let selected = zone == chosen;
            view! {
                <option value=zone selected=selected>
                    {zone}
                </option>
            }
        })
        .collect_view()
        .into_any()
}
