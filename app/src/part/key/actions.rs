//! The actions on a key.

use crate::{
    act::keys::change::{ActivateKey, DeactivateKey},
    error::AppError,
    form::{FormPage, refusal, sent},
    routes,
    ui::{Icon, Notice, Sentence, Shape},
    words::{create, edit, fresh, list as words},
};
use domain::{
    key::{KeySummary, state::State, token::KeyId},
    time::HOUR,
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The id of the form that deactivates the key of the button that is pressed.
pub const DEACTIVATE: &str = "deactivate";
/// The id of the form that activates the key of the button that is pressed.
const ACTIVATE: &str = "activate";

/// The forms of the buttons that deactivate and activate a key, wherever these are in the page: a list has many buttons.
#[component]
pub fn ChangeForms(
    /// The application's id.
    app: String,
) -> impl IntoView {
    view! {
        <form method="post" action=DeactivateKey::PATH id=DEACTIVATE>
            <FormPage />
            <input type="hidden" name="app" value=app.clone() />
        </form>
        <form method="post" action=ActivateKey::PATH id=ACTIVATE>
            <FormPage />
            <input type="hidden" name="app" value=app />
        </form>
    }
}

/// The question for the password, if a key is to be activated and the sign-in is not recent.
fn activate_again(app: String, key: String, prompt: PasswordPrompt) -> AnyView {
    let mask = key.parse().map_or(String::new(), KeyId::mask);
    let why = Sentence::about([&mask], |[mask]| fresh::activate(mask)).view();
    let invalid = prompt.error.is_some();
    let wrong = prompt.error.map(|wrong| {
        view! {
            <p class="field-error" id="password-error">
                <Icon shape=Shape::Warning />
                <span>{wrong}</span>
            </p>
        }
    });
    view! {
        <form method="post" action=ActivateKey::PATH class="form card activate" autocomplete="off">
            <FormPage />
            <input type="hidden" name="app" value=app />
            <input type="hidden" name="key" value=key />
            <p id="password-why">{why}</p>
            <div class="field">
                <label for="password">{fresh::PASSWORD}</label>
                <input
                    id="password"
                    name="password"
                    type="password"
                    autocomplete="current-password"
                    autofocus=true
                    aria-required="true"
                    aria-invalid=invalid.then_some("true")
                    aria-describedby=if invalid { "password-why password-error" } else { "password-why" }
                />
                {wrong}
            </div>
            <button type="submit" class="button" data-variant="primary">
                {words::ACTIVATE}
            </button>
        </form>
    }
    .into_any()
}

/// A question for the password.
struct PasswordPrompt {
    /// The error of the password that was entered; `None` if there was none.
    error: Option<String>,
}

impl PasswordPrompt {
    /// Returns the prompt that an error requires, if it requires one.
    fn for_error(error: &AppError) -> Option<Self> {
        if *error == AppError::StaleSignIn {
            return Some(Self { error: None });
        }
        let mut sentences = error.sentences().into_iter();
        let of_password = sentences.find(|error| error.field == "password")?;
        Some(Self {
            error: Some(of_password.message),
        })
    }
}

/// Why a key was not activated or deactivated, or what is needed for it.
#[component]
pub fn ChangeNotice(
    /// The application's id, if keys can be activated on the page.
    #[prop(into, optional)]
    app: Option<String>,
) -> impl IntoView {
    let error = [DeactivateKey::PATH, ActivateKey::PATH]
        .into_iter()
        .find_map(refusal);
    let notice = error.map(|error| {
        let question = app
            .zip(sent(ActivateKey::PATH, "key"))
            .zip(PasswordPrompt::for_error(&error));
        match question {
            Some(((app, key), prompt)) => activate_again(app, key, prompt),
            None => view! { <Notice tone="danger">{error.to_string()}</Notice> }.into_any(),
        }
    });
    view! { <div role="alert">{notice}</div> }
}

/// Buttons and links for a key in a menu; nothing for those who only read.
#[component]
pub fn KeyActions(
    /// The application's id.
    app: String,
    /// The key.
    key: KeySummary,
) -> impl IntoView {
    let change = matches!(key.state, State::Active | State::Inactive { .. }).then(|| {
        view! {
            <a href=routes::edit(&app, key.id)>
                <Icon shape=Shape::Edit />
                {edit::EDIT}
            </a>
        }
    });
    let revoke = (!matches!(key.state, State::Revoked { .. })).then(|| {
        view! {
            <a href=routes::revoke(&app, key.id) data-tone="danger">
                <Icon shape=Shape::Trash />
                {words::REVOKE}
            </a>
        }
    });
    view! {
        {change}
        {switch(&app, &key)}
        <a href=routes::duplicate(&app, key.id)>
            <Icon shape=Shape::Copy />
            {create::DUPLICATE}
        </a>
        {revoke}
    }
}

/// The button that deactivates an active key or activates an inactive one; nothing for others. A key that was used within
/// the last hour is deactivated after a question.
pub fn switch(app: &str, key: &KeySummary) -> Option<AnyView> {
    let (form, shape, label) = match key.state {
        State::Active => (DEACTIVATE, Shape::Pause, words::DEACTIVATE),
        State::Inactive { .. } => (ACTIVATE, Shape::Play, words::ACTIVATE),
        State::Expired { .. } | State::Revoked { .. } => return None,
    };
    let view = if key.state == State::Active && is_in_use(key) {
        view! {
            <a href=routes::deactivate(app, key.id)>
                <Icon shape />
                {label}
            </a>
        }
        .into_any()
    } else {
        view! {
            <button type="submit" form=form name="key" value=key.id.to_string()>
                <Icon shape />
                {label}
            </button>
        }
        .into_any()
    };
    Some(view)
}

/// Whether the key was used within the last hour.
fn is_in_use(key: &KeySummary) -> bool {
    let used = key.last_used.as_ref().zip(crate::context::now());
    used.is_some_and(|(used, now)| now.since(used.at) < HOUR)
}
