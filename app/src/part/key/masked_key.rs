//! A public key id, masked.

use crate::{ui::CopyButton, words::common::COPY_KEY};
use domain::key::token::KeyId;
use leptos::prelude::*;

/// The mask with a button that copies the whole id.
#[component]
pub fn MaskedKey(
    /// The public key id.
    id: KeyId,
) -> impl IntoView {
    view! {
        <code translate="no" class="masked-key">{id.mask()}</code>
        <CopyButton label=COPY_KEY text=id.to_string() />
    }
}
