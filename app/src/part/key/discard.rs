//! The form that discards a key whose secret was not stored.

use crate::{act::keys::first_use::DiscardKey, form::FormPage, words::edit};
use domain::key::token::KeyId;
use leptos::{prelude::*, server_fn::ServerFn};

/// One click.
#[component]
pub fn DiscardForm(
    /// The application's id.
    app: String,
    /// The key.
    key: KeyId,
) -> impl IntoView {
    view! {
        <form method="post" action=DiscardKey::PATH>
            <FormPage />
            <input type="hidden" name="app" value=app />
            <input type="hidden" name="key" value=key.to_string() />
            <button type="submit" class="button" data-variant="secondary" data-size="small">
                {edit::DISCARD}
            </button>
        </form>
    }
}
