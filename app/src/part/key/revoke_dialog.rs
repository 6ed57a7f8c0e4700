//! The dialog before a revocation.

use crate::{
    act::keys::change::RevokeKey, part::revoke_form::RevokeForm, routes, ui::Sentence,
    words::revoke,
};
use domain::key::KeySummary;
use leptos::{prelude::*, server_fn::ServerFn};

/// Shows the requests that would fail, and asks for the key's name.
#[component]
pub fn RevokeDialog(
    /// The application's id.
    app: String,
    /// The key.
    key: KeySummary,
    /// Its requests, as [`Impact`](super::Impact).
    impact: AnyView,
) -> impl IntoView {
    let back = routes::key(&app, key.id);
    let title = Sentence::about([key.name.as_str()], |[name]| revoke::title(name));
    view! {
        <RevokeForm
            id="revoke"
            title
            text=revoke::CONSEQUENCE
            action=RevokeKey::PATH
            app
            back
            submit=revoke::REVOKE
            confirm=revoke::CONFIRM
            reason_hint=revoke::REASON_HINT
        >
            {impact}
            <input type="hidden" name="key" value=key.id.to_string() />
        </RevokeForm>
    }
}
