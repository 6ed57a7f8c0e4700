//! The password again, for what asks for a fresh sign-in.

use crate::{
    error::FieldError,
    ui::{Notice, TextField},
    words,
};
use leptos::prelude::*;

/// A field `password` in a form: nothing while the sign-in is fresh, unless the server has asked for it meanwhile.
#[component]
pub fn PasswordAgain(
    /// Whether the sign-in was fresh when the form was made.
    fresh: bool,
    /// All that is wrong with the form.
    #[prop(into)]
    errors: Signal<Vec<FieldError>>,
) -> impl IntoView {
    let asked = Memo::new(move |before: Option<&bool>| {
        before.copied().unwrap_or(!fresh)
            || errors.with(|errors| errors.iter().any(|error| error.field == "password"))
    });
    move || {
        asked.get().then(|| {
            view! {
                <Notice>{words::fresh::WHY}</Notice>
                <TextField
                    name="password"
                    label=words::fresh::PASSWORD
                    kind="password"
                    autocomplete="current-password"
                    errors
                />
            }
        })
    }
}
