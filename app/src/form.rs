//! Forms that work with and without JavaScript.

pub mod key;

use crate::{
    context,
    error::{AppError, FieldError},
    form::key::KeyForm,
    ui::{ErrorSummary, SignInAgain},
    words::single_sign_on,
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use serde::de::DeserializeOwned;

/// Fields whose values are never shown again.
pub const SECRET_FIELDS: [&str; 6] = [
    "password",
    "new_password",
    "token",
    "secret",
    "code",
    "credential",
];

/// Whether this page answers a plain post; it stays without scripts then.
pub fn is_plain_answer() -> bool {
    context::plain_post().is_some()
}

/// Stands in every form. A page that answers a plain post has the address of its function, so that `Referer` no longer
/// says which page a second post comes from: this field does.
#[component]
pub fn FormPage() -> impl IntoView {
    is_plain_answer().then(|| {
        let here = use_location();
        let query = here.search.get_untracked();
        let mark = if query.is_empty() { "" } else { "?" };
        let page = format!("{}{mark}{query}", here.pathname.get_untracked());
        view! { <input type="hidden" name="page" value=page /> }
    })
}

/// A form that posts to a server function, and begins with what was wrong with a plain post.
#[component]
pub fn PostForm(
    /// The path of the server function.
    action: &'static str,
    /// All that is wrong with the form.
    errors: Signal<Vec<FieldError>>,
    /// The fields and the buttons.
    children: Children,
) -> impl IntoView {
    view! {
        <form method="post" action=action class="form" novalidate="" autocomplete="off">
            <FormPage />
            <ErrorSummary errors />
            {children()}
        </form>
    }
}

/// Returns the result of a plain post to this server function, if this page is the response to one.
pub fn posted<T: DeserializeOwned>(endpoint: &str) -> Option<Result<T, AppError>> {
    context::plain_post()
        .filter(|posted| posted.is(endpoint))
        .map(|posted| {
            posted.outcome.and_then(|value| {
                serde_json::from_value(value).map_err(|_| AppError::Unexpected(String::new()))
            })
        })
}

/// The sentences about a form whose plain post to this server function was not accepted.
pub fn posted_errors(endpoint: &str) -> Vec<FieldError> {
    match refusal(endpoint) {
        None => Vec::new(),
        // Without a password there is none to enter.
        Some(AppError::StaleSignIn) if !SignInAgain::from_frame().password => {
            vec![FieldError::new("password", single_sign_on::CONFIRM_FIRST)]
        }
        Some(error) => error.sentences(),
    }
}

/// Returns the text of a field of a plain post that was refused; never that of a secret field.
pub fn typed(endpoint: &str, field: &str) -> Option<String> {
    if SECRET_FIELDS.contains(&field) {
        return None;
    }
    context::plain_post()
        .filter(|posted| posted.is(endpoint) && posted.outcome.is_err())
        .and_then(|posted| posted.field(field))
}

/// Why a plain post to this server function was refused, where it was.
pub fn refusal(endpoint: &str) -> Option<AppError> {
    context::plain_post()
        .filter(|posted| posted.is(endpoint))
        .and_then(|posted| posted.outcome.err())
}

/// A field of a plain post to this server function, whatever its outcome: for forms that are shown again although
/// nothing was wrong.
pub fn sent(endpoint: &str, field: &str) -> Option<String> {
    context::plain_post()
        .filter(|posted| posted.is(endpoint))
        .and_then(|posted| posted.field(field))
}

/// The key's fields of a plain post to this server function, whatever its outcome.
pub fn sent_key_form(endpoint: &str) -> Option<KeyForm> {
    let posted = context::plain_post().filter(|posted| posted.is(endpoint))?;
    let scopes = posted.values_of(key::SCOPES);
    Some(KeyForm::read(|name| posted.field(name), scopes))
}

/// The key's fields of a plain post to this server function that was refused.
pub fn refused_key_form(endpoint: &str) -> Option<KeyForm> {
    refusal(endpoint).and_then(|_| sent_key_form(endpoint))
}
