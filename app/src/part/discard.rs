//! Throwing away a key whose secret nobody has.

use crate::{
    api::keys::first_use::DiscardKey,
    form::{FormPage, use_outcome},
    ui::{Notice, Submit},
    words::edit,
};
use domain::key::KeySummary;
use leptos::prelude::*;

/// One click, where nobody can depend on the key; nothing elsewhere.
#[component]
pub fn Discard(
    /// The application's id.
    app: String,
    /// The key.
    key: KeySummary,
) -> impl IntoView {
    let action = ServerAction::<DiscardKey>::new();
    let outcome = use_outcome(action);
    key.discardable().is_ok().then(|| {
        view! {
            <ActionForm action attr:class="discard">
                <FormPage />
                <input type="hidden" name="app" value=app />
                <input type="hidden" name="key" value=key.id.to_string() />
                <Notice tone="warning">{edit::DISCARD_WHY}</Notice>
                <Submit label=edit::DISCARD pending=action.pending() variant="secondary" />
                <div role="alert">
                    {move || match outcome.get() {
                        Some(Err(error)) => {
                            Some(view! { <Notice tone="danger">{error.to_string()}</Notice> })
                        }
                        _ => None,
                    }}
                </div>
            </ActionForm>
        }
        .into_any()
    })
}
