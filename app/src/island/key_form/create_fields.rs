//! The fields of the form for a new key.

use super::{
    KeyFields, SameName,
    field_errors::{self, FieldErrors, form_around},
    summary,
};
use crate::{
    error::FieldError,
    form::key::KeyForm,
    ui::{ErrorSummary, PasswordAgain, SignInAgain, Submit},
    words::{common, create},
};
use domain::time::LocalNow;
use leptos::{html, prelude::*};

/// The id of the text beside the buttons that says what is created.
const SUMMARY: &str = "key-summary";

/// The fields, which are checked as they are left, and the buttons, with a summary of the key beside them.
#[island(lazy)]
pub(crate) fn CreateKeyFields(
    form: KeyForm,
    errors: Vec<FieldError>,
    /// Whether the sign-in is recent.
    fresh: bool,
    /// How the sign-in can be made fresh.
    again: SignInAgain,
    /// The server's clock.
    local: LocalNow,
    /// The path of the list of keys.
    list: String,
) -> impl IntoView {
    let errors = FieldErrors::of(errors);
    let name = RwSignal::new(form.name.clone());
    let typed = RwSignal::new(form.clone());
    let check = move |event: web_sys::Event| {
        let Some((form, field)) = field_errors::edited(&event) else {
            return;
        };
        errors.check(
            &event,
            &field,
            &form.parse(None, local.now, |day| local.midnight(day)),
        );
        if event.type_() == "change" && field == "name" {
            name.set(form.name.clone());
        }
        typed.set(form);
    };
    // Without JavaScript nothing updates the summary.
    let live = RwSignal::new(false);
    let fields = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        // What was typed before the page listened.
        if let Some(form) = fields.get().and_then(|fields| form_around(&fields)) {
            name.set(form.name.clone());
            typed.set(form);
        }
        live.set(true);
    });
    let summary = Memo::new(move |_| typed.with(|form| summary::of_key(form, local)));
    let summary = move || {
        live.get().then(|| {
            view! {
                <p class="key-summary" id=SUMMARY>
                    {move || summary.get()}
                </p>
            }
        })
    };
    let same_name = view! { <SameName list=list.clone() name=name.into() /> }.into_any();
    view! {
        <div class="dialog-body">
            <div class="form-fields" node_ref=fields on:input=check on:change=check>
                <ErrorSummary errors />
                <KeyFields form typed now=local.now choose_environment=true name_note=same_name errors />
                <PasswordAgain fresh errors again />
            </div>
        </div>
        <footer class="dialog-actions">
            {summary}
            <a class="button" data-variant="ghost" data-close="" href=list>
                {common::CANCEL}
            </a>
            <Submit
                label=create::SEND
                attr:aria-describedby=move || live.get().then_some(SUMMARY)
            />
        </footer>
    }
}
