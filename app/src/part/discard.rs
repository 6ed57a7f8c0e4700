//! Throwing away a key whose secret nobody has.

use crate::{
    api::keys::first_use::DiscardKey,
    form::{FormPage, refusal},
    ui::Notice,
    words::edit,
};
use domain::key::KeySummary;
use leptos::{prelude::*, server_fn::ServerFn};

/// One click, where nobody can depend on the key; nothing elsewhere. A plain form: it leads to another page in any case.
#[component]
pub fn Discard(
    /// The application's id.
    app: String,
    /// The key.
    key: KeySummary,
) -> impl IntoView {
    let refused = refusal(DiscardKey::PATH)
        .map(|error| view! { <Notice tone="danger">{error.to_string()}</Notice> });
    let form = key.discardable().is_ok().then(|| {
        view! {
            <form class="discard" method="post" action=DiscardKey::PATH>
                <FormPage />
                <input type="hidden" name="app" value=app />
                <input type="hidden" name="key" value=key.id.to_string() />
                <Notice tone="warning">{edit::DISCARD_WHY}</Notice>
                <button type="submit" class="button" data-variant="secondary">
                    {edit::DISCARD}
                </button>
            </form>
        }
    });
    view! {
        <div role="alert">{refused}</div>
        {form}
    }
    .into_any()
}
