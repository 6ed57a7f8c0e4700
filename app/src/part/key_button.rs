//! A form of one button that changes a key.

use crate::form::FormPage;
use domain::key::token::KeyId;
use leptos::prelude::*;

/// A button that posts the key's id to a server function.
#[component]
pub fn KeyButton(
    /// The path of the server function.
    action: &'static str,
    /// The application's id.
    app: String,
    /// The key.
    key: KeyId,
    /// The words on the button.
    label: &'static str,
    /// `secondary` or `ghost`.
    #[prop(default = "secondary")]
    variant: &'static str,
) -> impl IntoView {
    view! {
        <form method="post" action=action>
            <FormPage />
            <input type="hidden" name="app" value=app />
            <input type="hidden" name="key" value=key.to_string() />
            <button type="submit" class="button" data-variant=variant data-size="small">
                {label}
            </button>
        </form>
    }
}
