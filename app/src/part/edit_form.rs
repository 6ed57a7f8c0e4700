//! The form for an existing key.

use super::{
    ChangeReview, KeyFields, PasswordAgain,
    field_errors::{self, FieldErrors},
};
use crate::{
    api::keys::edit::{Edit, EditData, EditKey, LIVE},
    error::FieldError,
    form::{FormPage, key::KeyForm, posted, posted_errors, sent_key_form},
    routes,
    ui::{ErrorSummary, Notice, Submit},
    words::{create, edit},
};
use domain::{
    key::{KeyDraft, change::KeyChange, expiry::Expiry},
    time::Timestamp,
};
use leptos::{prelude::*, server_fn::ServerFn};

/// Every field that can be changed, and what a change of them means.
#[component]
pub fn EditForm(
    /// The application's id.
    app: String,
    /// What the form needs.
    data: EditData,
) -> impl IntoView {
    let back = routes::key(&app, data.key.id);
    let form = sent_key_form(EditKey::PATH).map_or_else(
        || KeyForm::of_key(&data.key),
        |form| form.in_environment(data.key.environment),
    );
    let (data, news) = match posted(EditKey::PATH) {
        Some(Ok(Edit::Overtaken(newer))) => (*newer, Some(edit::OVERTAKEN)),
        Some(Ok(Edit::Review)) => (data, Some(edit::NOT_SAVED)),
        _ => (data, None),
    };
    let news = news.map(|news| view! { <Notice tone="warning">{news}</Notice> });
    view! {
        <form method="post" action=EditKey::PATH novalidate="" autocomplete="off">
            <FormPage />
            <div class="dialog-body">
                <div role="alert">{news}</div>
                <input type="hidden" name="app" value=app />
                <input type="hidden" name="key" value=data.key.id.to_string() />
                <input type="hidden" name="seen" value=data.seen.clone() />
                <input type="hidden" name="environment" value=data.key.environment.as_str() />
                <EditFields
                    present=KeyForm::of_key(&data.key)
                    expires_at=data.key.expires_at
                    form
                    errors=posted_errors(EditKey::PATH)
                    fresh=data.fresh
                    now=data.now
                    concerned=concerned(&data)
                />
            </div>
            <footer class="dialog-actions">
                <a class="button" data-variant="ghost" data-close="" href=back>
                    {create::CANCEL}
                </a>
                <Submit label=edit::SAVE />
            </footer>
        </form>
    }
    .into_any()
}

/// The fields, which are checked as they are left, and the changes.
#[island(lazy)]
fn EditFields(
    /// The key as it is.
    present: KeyForm,
    /// Its expiry.
    expires_at: Option<Timestamp>,
    form: KeyForm,
    errors: Vec<FieldError>,
    /// Whether the password was entered recently.
    fresh: bool,
    now: Timestamp,
    /// Who is concerned by a change.
    concerned: String,
) -> impl IntoView {
    let errors = FieldErrors::of(errors);
    let expiry = Expiry::from(expires_at);
    // The server has shown the changes of this form. In the browser they are shown all the time.
    let reviewed = RwSignal::new(form.fingerprint());
    Effect::new(move |_| reviewed.set(LIVE.to_owned()));
    let before = StoredValue::new(present.parse(Some(expiry), now).ok());
    let change = RwSignal::new(change_of(before, &form, expiry, now));
    let widens = move || change.with(|change| change.as_ref().is_some_and(KeyChange::widens));
    let fresh = Signal::derive(move || fresh || !widens());
    let check = move |event: web_sys::Event| {
        let Some((form, field)) = field_errors::edited(&event) else {
            return;
        };
        errors.check(&event, &field, &form.parse(Some(expiry), now));
        // Not at every key: screen readers announce the changes.
        if event.type_() == "change" {
            change.set(change_of(before, &form, expiry, now));
        }
    };
    view! {
        <div class="form-fields" on:input=check on:change=check>
            <ErrorSummary errors />
            <input type="hidden" name="reviewed" value=move || reviewed.get() />
            <KeyFields form present=expiry errors />
            <ChangeReview change concerned />
            <PasswordAgain fresh errors />
        </div>
    }
}

/// What a form changes about a key; `None` if a field is invalid.
fn change_of(
    before: StoredValue<Option<KeyDraft>>,
    form: &KeyForm,
    expiry: Expiry,
    now: Timestamp,
) -> Option<KeyChange> {
    let wanted = form.parse(Some(expiry), now).ok()?;
    before.with_value(|before| Some(KeyChange::between(before.as_ref()?, &wanted)))
}

/// When and from where the key was used last.
fn concerned(data: &EditData) -> String {
    let used = match &data.key.last_used {
        Some(used) => edit::last_used(&used.at.relative_to(data.now), &used.address, data.calls),
        None => edit::NEVER_USED.to_owned(),
    };
    format!("{used} {}", edit::AT_ONCE)
}
