//! What a key is called, where it stands, and what can be done.

use super::{Discard, KeyActions, KeyStatus, key_facts::since};
use domain::{key::KeySummary, time::Timestamp};
use leptos::prelude::*;

/// The head of its page.
#[component]
pub fn KeyHead(
    /// The application's id.
    app: String,
    /// The key.
    key: KeySummary,
    /// The server's clock.
    now: Timestamp,
    /// Whether the reader may change it.
    editable: bool,
) -> impl IntoView {
    let name = key.name.to_string();
    let since = since(&key, now);
    let discard = editable.then(|| view! { <Discard app=app.clone() key=key.clone() /> });
    let actions = editable.then(|| view! { <KeyActions app key=key.clone() buttons=true /> });
    view! {
        <div class="page-head">
            <div>
                <h1 tabindex="-1">{name}</h1>
                <p class="key-status">
                    <KeyStatus key now />
                    {since}
                </p>
            </div>
            <div class="page-actions">{actions}</div>
        </div>
        {discard}
    }
}
