//! The form for an existing key.

use super::{
    ChangeReview, KeyFields, PasswordAgain, scope_picker,
    typed_key::{Faults, TypedKey},
};
use crate::{
    api::keys::edit::{Edit, EditData, EditKey, LIVE},
    error::AppError,
    form::{FormPage, sent, sent_all, use_errors},
    routes,
    ui::{ErrorSummary, Notice, Submit, ready::use_ready},
    words::{create, edit},
};
use domain::key::{KeyDraft, change::KeyChange};
use leptos::prelude::*;

/// Every field that can be changed, and what a change of them means.
#[component]
pub fn EditForm(
    /// The application's id.
    app: String,
    /// What the server gave for this form.
    data: EditData,
    /// Changes the key.
    action: ServerAction<EditKey>,
    /// What came of it.
    outcome: Signal<Option<Result<Edit, AppError>>>,
) -> impl IntoView {
    let ready = use_ready();
    let errors = use_errors(outcome);
    let faults = Faults::of(errors);
    let id = data.key.id;
    let back = routes::key(&app, id);
    let first = typed_before(&data).unwrap_or_else(|| TypedKey::of_key(&data.key));
    let present = data.key.expires_at.into();
    let values = first.values(present);
    let mark = first.raw(Some(present)).fingerprint();
    let typed = RwSignal::new(first);
    // An answer may bring a newer one.
    let data = RwSignal::new(data);
    Effect::new(move |_| {
        if let Some(Ok(Edit::Overtaken(newer))) = outcome.get() {
            data.set(*newer);
        }
    });
    let change = Memo::new(move |_| {
        let data = data.get();
        let wanted = typed.with(|typed| parse(typed, &data)).ok()?;
        Some(KeyChange::between(&data.key.draft(), &wanted))
    });
    let widens = move || change.with(|change| change.as_ref().is_some_and(KeyChange::widens));
    let can_do_without = Signal::derive(move || data.with(|data| data.fresh) || !widens());
    let look = move |event: web_sys::Event| {
        let Some((key, field)) = TypedKey::of(&event) else {
            return;
        };
        let found = data.with_untracked(|data| parse(&key, data));
        faults.look(&event, &field, &found);
        // Not at every key: what changes is read aloud.
        if event.type_() == "change" {
            typed.set(key);
        }
    };
    let news = move || match outcome.get() {
        Some(Ok(Edit::Overtaken(_))) => Some(edit::OVERTAKEN),
        Some(Ok(Edit::Review)) => Some(edit::NOT_SAVED),
        _ => None,
    };
    view! {
        <ActionForm action attr:novalidate="" attr:autocomplete="off">
            <FormPage />
            <div class="dialog-body" on:input=look on:change=look>
                <ErrorSummary errors />
                <div role="alert">
                    {move || news().map(|news| view! { <Notice tone="warning">{news}</Notice> })}
                </div>
                <input type="hidden" name="app" value=app />
                <input type="hidden" name="key" value=id.to_string() />
                <input type="hidden" name="seen" value=move || data.with(|data| data.seen.clone()) />
                <input
                    type="hidden"
                    name="reviewed"
                    value=move || if ready.get() { LIVE.to_owned() } else { mark.clone() }
                />
                <input
                    type="hidden"
                    name="environment"
                    value=move || data.with(|data| data.key.environment.as_str())
                />
                <KeyFields values errors=faults />
                <ChangeReview change data />
                <PasswordAgain fresh=can_do_without errors=faults />
            </div>
            <footer class="dialog-actions">
                <a class="button" data-variant="ghost" href=back>
                    {create::CANCEL}
                </a>
                <Submit label=edit::SAVE pending=action.pending() />
            </footer>
        </ActionForm>
    }
    .into_any()
}

fn parse(typed: &TypedKey, data: &EditData) -> Result<KeyDraft, AppError> {
    typed.raw(Some(data.key.expires_at.into())).parse(data.now)
}

/// What was typed before a plain post that saved nothing.
fn typed_before(data: &EditData) -> Option<TypedKey> {
    let text = |field| sent("edit_key", field);
    Some(TypedKey {
        name: text("name")?,
        description: text("description").unwrap_or_default(),
        environment: data.key.environment.to_string(),
        scopes: sent_all("edit_key", scope_picker::NAME),
        expiration: text("expiration").unwrap_or_default(),
        expires_on: text("expires_on").unwrap_or_default(),
        allowed_ips: text("allowed_ips").unwrap_or_default(),
        rate_requests: text("rate_requests").unwrap_or_default(),
        rate_window: text("rate_window").unwrap_or_default(),
    })
}
