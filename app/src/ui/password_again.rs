//! The password again, for what asks for a fresh sign-in.

use super::{Notice, TextField};
use crate::{error::FieldError, words};
use leptos::prelude::*;

/// A field `password` in a form: nothing while it is not needed, unless the server has asked for it meanwhile.
#[component]
pub fn PasswordAgain(
    /// Whether the form can do without: the sign-in is fresh, or what the form wants does not ask for that.
    #[prop(into)]
    fresh: Signal<bool>,
    /// All that is wrong with the form.
    #[prop(into)]
    errors: Signal<Vec<FieldError>>,
    /// Why it is asked for.
    #[prop(default = words::fresh::WHY)]
    why: &'static str,
) -> impl IntoView {
    let asked = Memo::new(move |before: Option<&bool>| {
        before.copied().unwrap_or_default()
            || errors.with(|errors| errors.iter().any(|error| error.field == "password"))
    });
    let wanted = Memo::new(move |_| asked.get() || !fresh.get());
    move || {
        wanted.get().then(|| {
            view! {
                <Notice>{why}</Notice>
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
