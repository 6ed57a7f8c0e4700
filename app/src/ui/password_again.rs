//! The password field of forms that require re-authentication.

use super::{Notice, PasskeyButton, PasskeyStatus, TextField};
use crate::{
    error::FieldError,
    routes,
    words::{self, single_sign_on},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// How the reader can make the sign-in fresh.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInAgain {
    /// With a password.
    pub password: bool,
    /// Through the identity provider with this name.
    pub provider: Option<String>,
    /// With a passkey.
    pub passkey: bool,
}

impl Default for SignInAgain {
    fn default() -> Self {
        Self {
            password: true,
            provider: None,
            passkey: false,
        }
    }
}

impl SignInAgain {
    /// How the person of a session can make it fresh.
    #[cfg(feature = "ssr")]
    pub fn of(session: &management::Session) -> Self {
        let provider = crate::context::keyring()
            .ok()
            .filter(|_| session.is_through_provider() || !session.has_password())
            .and_then(|keyring| Some(keyring.identity_provider().settings()?.name.clone()));
        Self {
            password: session.has_password(),
            passkey: session.has_passkey() && crate::context::passkeys_offered(),
            provider,
        }
    }

    /// How the reader of this page can do it, as its frame has found out.
    pub fn from_frame() -> Self {
        use_context().unwrap_or_default()
    }
}

/// A field `password` in a form: nothing while it is not needed, unless the server has asked for it meanwhile.
#[component]
pub fn PasswordAgain(
    /// Whether the form can do without: the sign-in is fresh, or what the form wants does not ask for that.
    #[prop(into)]
    fresh: Signal<bool>,
    /// All that is wrong with the form.
    #[prop(into)]
    errors: Signal<Vec<FieldError>>,
    /// Why it is asked for.
    #[prop(default = words::fresh::WHY)]
    why: &'static str,
    /// How it can be done; what the frame says, if it is left out.
    #[prop(optional)]
    again: Option<SignInAgain>,
) -> impl IntoView {
    let SignInAgain {
        password,
        provider,
        passkey,
    } = again.unwrap_or_else(SignInAgain::from_frame);
    let asked = Memo::new(move |before: Option<&bool>| {
        before.copied().unwrap_or_default()
            || errors.with(|errors| errors.iter().any(|error| error.field == "password"))
    });
    // The notice asks the question; what is left is what is wrong.
    let errors = Signal::derive(move || {
        let mut errors = errors.get();
        errors.retain(|error| !error.asks_for_password());
        errors
    });
    let wanted = Memo::new(move |_| asked.get() || !fresh.get());
    move || {
        wanted.get().then(|| {
            let why = if password {
                why
            } else {
                single_sign_on::CONFIRM_WHY
            };
            let field = password.then(|| {
                view! {
                    <TextField
                        name="password"
                        label=words::fresh::PASSWORD
                        kind="password"
                        autocomplete="current-password"
                        errors
                        autofocus=asked.get_untracked()
                    />
                }
            });
            let by_passkey = passkey.then(|| {
                view! {
                    <div class="passkey" data-needs-passkeys="">
                        <PasskeyButton label=words::passkey::USE_INSTEAD purpose="again" />
                        <PasskeyStatus />
                    </div>
                }
            });
            let link = provider
                .clone()
                .map(|name| view! { <Confirm name id=!password /> });
            view! {
                <div class="password-again">
                    <Notice>{why}</Notice>
                    {field}
                    {by_passkey}
                    {link}
                </div>
            }
        })
    }
}

/// The way to the identity provider in a tab of its own, so that the form stays.
#[component]
fn Confirm(
    /// The provider's name.
    name: String,
    /// Whether it stands in for the password's field, to which errors lead.
    id: bool,
) -> impl IntoView {
    view! {
        <p>
            <a
                class="button"
                data-variant="secondary"
                id=id.then_some("password")
                href=routes::single_sign_on("confirm", routes::PROFILE)
                target="_blank"
                rel="noopener"
            >
                {single_sign_on::confirm_with(&name)}
                <span class="visually-hidden">" " {single_sign_on::NEW_TAB}</span>
            </a>
        </p>
    }
}
