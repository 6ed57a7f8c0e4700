//! A public key id, masked.

use crate::ui::CopyButton;
use domain::key::token::KeyId;
use leptos::prelude::*;

/// The mask with a button that copies the whole id.
#[component]
pub fn MaskedKey(
    /// The public key id.
    id: KeyId,
) -> impl IntoView {
    view! {
        <code class="masked-key">{id.mask()}</code>
        <CopyButton label="Copy API key" text=id.to_string() />
    }
}
