//! The fields of the form for an existing key.

use super::{
    ChangeReview, KeyFields,
    field_errors::{self, FieldErrors, form_around},
};
use crate::{
    act::keys::edit::LIVE,
    error::{AppError, FieldError},
    form::key::KeyForm,
    ui::{ErrorSummary, Notice, PasswordAgain, SignInAgain, Submit},
    words::{common, edit},
};
use domain::{
    key::{KeyDraft, change::KeyChange, expiry::Expiry},
    time::{LocalNow, Timestamp},
};
use leptos::{html, prelude::*};

/// The fields, which are checked as they are left, and the buttons, with the changes beside them.
#[island(lazy)]
pub(crate) fn EditFields(
    /// The key as it is.
    present: KeyForm,
    /// Its expiry.
    expires_at: Option<Timestamp>,
    form: KeyForm,
    errors: Vec<FieldError>,
    /// Why the form is shown once more.
    news: Option<String>,
    /// Whether the sign-in is recent.
    fresh: bool,
    /// How the sign-in can be made fresh.
    again: SignInAgain,
    /// The server's clock.
    local: LocalNow,
    /// When and from where the key was used last, and when a change takes effect.
    last_use: String,
    /// The path of the key's page.
    back: String,
) -> impl IntoView {
    let errors = FieldErrors::of(errors);
    let expiry = Expiry::from(expires_at);
    // The server has shown the changes of this form. In the browser they are shown all the time.
    let reviewed = RwSignal::new(form.fingerprint());
    let before = StoredValue::new(parse(&present, expiry, local).ok());
    let change = RwSignal::new(change_of(before, &form, expiry, local));
    let widens = move || change.with(|change| change.as_ref().is_some_and(KeyChange::widens));
    let fresh = Signal::derive(move || fresh || !widens());
    let typed = RwSignal::new(form.clone());
    let check = move |event: web_sys::Event| {
        let Some((form, field)) = field_errors::edited(&event) else {
            return;
        };
        errors.check(&event, &field, &parse(&form, expiry, local));
        // Not at every key: screen readers announce the changes.
        if event.type_() == "change" {
            change.set(change_of(before, &form, expiry, local));
        }
        typed.set(form);
    };
    let fields = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        // What was typed before the page listened.
        if let Some(form) = fields.get().and_then(|fields| form_around(&fields)) {
            change.set(change_of(before, &form, expiry, local));
            typed.set(form);
        }
        reviewed.set(LIVE.to_owned());
    });
    let news = news.map(|news| view! { <Notice tone="warning">{news}</Notice> });
    view! {
        <div class="dialog-body">
            <div role="alert">{news}</div>
            <div class="form-fields" node_ref=fields on:input=check on:change=check>
                <ErrorSummary errors />
                <input type="hidden" name="reviewed" value=move || reviewed.get() />
                <KeyFields form typed now=local.now present=expiry errors />
                <PasswordAgain fresh errors again />
            </div>
        </div>
        <footer class="dialog-actions">
            <ChangeReview change last_use />
            <a class="button" data-variant="ghost" data-close="" href=back>
                {common::CANCEL}
            </a>
            <Submit label=edit::SAVE />
        </footer>
    }
}

fn parse(form: &KeyForm, expiry: Expiry, local: LocalNow) -> Result<KeyDraft, AppError> {
    form.parse(Some(expiry), local.now, |day| local.midnight(day))
}

/// The change of a key that a form describes; `None` if a field is invalid.
fn change_of(
    before: StoredValue<Option<KeyDraft>>,
    form: &KeyForm,
    expiry: Expiry,
    local: LocalNow,
) -> Option<KeyChange> {
    let wanted = parse(form, expiry, local).ok()?;
    before.with_value(|before| Some(KeyChange::between(before.as_ref()?, &wanted)))
}
