//! The dialog before several keys are revoked, and its results.

use super::bulk_bar::outcome_view;
use crate::{
    act::keys::bulk::{BulkOutcome, RevokeKeys},
    form::{is_plain_answer, posted},
    part::revoke_form::RevokeForm,
    read::key_list::DayCalls,
    routes::{self, ListAddress, QueryAddress, local_path},
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
    let ids = || keys.iter().map(|(key, _)| key.id);
    let back = address.path_selecting(&list, ids());
    // As a form sends the boxes, the address of this page may be too long for a return path. An answer's form names its page in
    // any case.
    let here = routes::revoke_selected(&app);
    let page = [address, ListAddress::default()]
        .map(|address| address.path_selecting(&here, ids()))
        .into_iter()
        .find(|page| !is_plain_answer() && local_path(page).is_some());
    view! { <RevokeSelectedForm app back page keys /> }.into_any()
}

#[component]
fn RevokeSelectedForm(
    app: String,
    back: String,
    page: Option<String>,
    keys: Vec<(KeySummary, DayCalls)>,
) -> impl IntoView {
    let page = page.map(|page| view! { <input type="hidden" name="page" value=page /> });
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
            {page}
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
