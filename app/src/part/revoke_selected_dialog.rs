//! The question before several keys are revoked, and what came of it.

use super::{Changes, bulk_bar::outcome_view};
use crate::{
    api::keys::bulk::{BulkOutcome, RevokeKeys, Selection},
    form::{FormPage, typed, use_errors, use_outcome},
    routes,
    ui::{Dialog, ErrorSummary, Submit, TextField},
    words::list as words,
};
use domain::key::state::State;
use leptos::{html, prelude::*};

/// Lists the keys with their requests, and asks for a word to be typed; then shows the result for each key.
#[component]
pub fn RevokeSelectedDialog(
    /// The application's id.
    app: String,
    /// The keys.
    selection: Selection,
) -> impl IntoView {
    let action = ServerAction::<RevokeKeys>::new();
    let outcome = use_outcome(action);
    let changes = Changes::here();
    let version = action.version();
    Effect::new(move |_| {
        if version.get() > 0 {
            changes.bump();
        }
    });
    let done = Memo::new(move |_| outcome.get().and_then(Result::ok));
    let back = routes::list(&app);
    move || match done.get() {
        Some(outcome) => result(back.clone(), outcome),
        None => {
            view! { <Question app=app.clone() selection=selection.clone() action /> }.into_any()
        }
    }
}

#[component]
fn Question(app: String, selection: Selection, action: ServerAction<RevokeKeys>) -> impl IntoView {
    let errors = use_errors(use_outcome(action));
    let back = routes::list(&app);
    let count = selection.keys.len();
    let keys = selection
        .keys
        .into_iter()
        .map(|(key, day)| {
            let revoked = matches!(key.state, State::Revoked { .. });
            view! {
                <li>
                    <input type="hidden" name="keys[]" value=key.id.to_string() />
                    <span>{key.name.to_string()} <code class="masked-key">{key.id.mask()}</code></span>
                    <span>
                        {if revoked { words::REVOKED_BEFORE.to_owned() } else { words::calls(day.calls) }}
                    </span>
                </li>
            }
        })
        .collect_view();
    view! {
        <Dialog
            id="revoke-selected"
            title=words::revoke_selected(count)
            back=back.clone()
            alert=true
            described_by="revoke-consequence"
        >
            <ActionForm action attr:novalidate="" attr:autocomplete="off">
                <FormPage />
                <div class="dialog-body">
                    <ErrorSummary errors />
                    <p id="revoke-consequence">{words::CONSEQUENCE}</p>
                    <input type="hidden" name="app" value=app />
                    <ul class="selected-keys" aria-label=words::SELECTED tabindex="0">
                        {keys}
                    </ul>
                    <TextField
                        name="confirm"
                        label=words::CONFIRM_LABEL
                        value=typed("revoke_keys", "confirm")
                        errors
                    />
                    <TextField
                        name="reason"
                        label=words::REASON
                        hint=words::REASON_HINT
                        value=typed("revoke_keys", "reason")
                        errors
                        maxlength="200"
                        optional=true
                    />
                </div>
                <footer class="dialog-actions">
                    <a class="button" data-variant="secondary" href=back autofocus="">
                        {words::CANCEL}
                    </a>
                    <Submit label=words::REVOKE_KEYS pending=action.pending() variant="danger" />
                </footer>
            </ActionForm>
        </Dialog>
    }
}

/// What became of each key.
fn result(back: String, outcome: BulkOutcome) -> AnyView {
    let words = words::revoked(outcome.done.len());
    let node = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let Some(body) = node.get() {
            _ = body.focus();
        }
    });
    view! {
        <Dialog id="revoked-selected" title=words::REVOKED_TITLE back=back.clone()>
            <div class="dialog-body" tabindex="-1" node_ref=node role="status">
                {outcome_view(words, &outcome.skipped)}
            </div>
            <footer class="dialog-actions">
                <a class="button" data-variant="primary" href=back>
                    {words::DONE}
                </a>
            </footer>
        </Dialog>
    }
    .into_any()
}
