//! The form for an existing key.

use super::{
    ChangeReview, KeyFields, PasswordAgain,
    field_errors::{self, FieldErrors},
};
use crate::{
    api::keys::edit::{Edit, EditData, EditKey, LIVE},
    error::AppError,
    form::{FormPage, key::KeyForm, sent_key_form, use_errors},
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
    let errors = FieldErrors::of(use_errors(outcome));
    let id = data.key.id;
    let back = routes::key(&app, id);
    let form = sent_key_form("edit_key").map_or_else(
        || KeyForm::of_key(&data.key),
        |form| form.in_environment(data.key.environment),
    );
    let present = data.key.expires_at.into();
    let fingerprint = form.fingerprint();
    let typed = RwSignal::new(form.clone());
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
    let check = move |event: web_sys::Event| {
        let Some((form, field)) = field_errors::edited(&event) else {
            return;
        };
        let parsed = data.with_untracked(|data| parse(&form, data));
        errors.check(&event, &field, &parsed);
        // Not at every key: screen readers announce the changes.
        if event.type_() == "change" {
            typed.set(form);
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
            <div class="dialog-body" on:input=check on:change=check>
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
                    value=move || if ready.get() { LIVE.to_owned() } else { fingerprint.clone() }
                />
                <input
                    type="hidden"
                    name="environment"
                    value=move || data.with(|data| data.key.environment.as_str())
                />
                <KeyFields form present errors />
                <ChangeReview change data />
                <PasswordAgain fresh=can_do_without errors />
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

fn parse(form: &KeyForm, data: &EditData) -> Result<KeyDraft, AppError> {
    form.parse(Some(data.key.expires_at.into()), data.now)
}
