//! The question before several keys are revoked, and what came of it.

use super::bulk_bar::outcome_view;
use crate::{
    act::keys::bulk::{BulkOutcome, RevokeKeys},
    form::posted,
    part::revoke_form::RevokeForm,
    read::key_list::DayCalls,
    routes::{self, ListAddress, QueryAddress},
    ui::{Dialog, DialogClose, Name},
    words::list as words,
};
use domain::key::{KeySummary, state::State};
use leptos::{prelude::*, server_fn::ServerFn};

/// Lists the keys with their requests, and asks for a word to be typed; then shows the result for each key.
#[component]
pub fn RevokeSelectedDialog(
    /// The application's id.
    app: String,
    /// The address of the list below.
    address: ListAddress,
    /// The keys, each with its calls.
    keys: Vec<(KeySummary, DayCalls)>,
) -> impl IntoView {
    let list = routes::list(&app);
    if let Some(Ok(outcome)) = posted::<BulkOutcome>(RevokeKeys::PATH) {
        return result(address.path(&list), outcome);
    }
    let back = address.path_selecting(&list, keys.iter().map(|(key, _)| key.id));
    view! { <RevokeSelectedForm app back keys /> }.into_any()
}

#[component]
fn RevokeSelectedForm(
    app: String,
    back: String,
    keys: Vec<(KeySummary, DayCalls)>,
) -> impl IntoView {
    let count = keys.len();
    let keys = keys
        .into_iter()
        .map(|(key, day)| {
            let revoked = matches!(key.state, State::Revoked { .. });
            view! {
                <li>
                    <input type="hidden" name="keys[]" value=key.id.to_string() />
                    <span><Name name=key.name.to_string() /> " " <code translate="no" class="masked-key">{key.id.mask()}</code></span>
                    <span>
                        {if revoked { words::REVOKED_BEFORE.to_owned() } else { words::calls(day.calls) }}
                    </span>
                </li>
            }
        })
        .collect_view();
    view! {
        <RevokeForm
            id="revoke-selected"
            title=words::revoke_selected(count)
            text=words::CONSEQUENCE
            action=RevokeKeys::PATH
            app
            back
            submit=words::REVOKE_KEYS
            confirm=words::CONFIRM_LABEL
            reason_hint=words::REASON_HINT
        >
            <ul class="selected-keys" aria-label=words::SELECTED tabindex="0">
                {keys}
            </ul>
        </RevokeForm>
    }
}

/// The result for each key.
fn result(back: String, outcome: BulkOutcome) -> AnyView {
    let words = words::revoked(outcome.done.len());
    view! {
        <Dialog id="revoked-selected" title=words::REVOKED_TITLE back=back.clone()>
            <div class="dialog-body" tabindex="-1" data-focus="" role="status">
                {outcome_view(words, &outcome)}
            </div>
            <DialogClose back label=words::DONE />
        </Dialog>
    }
    .into_any()
}
