//! A new secret for an authenticator app, and the form that confirms it.

use super::QrCode;
use crate::{
    act::two_factor::{ConfirmTwoFactor, NewAuthenticator},
    form::{PostForm, posted_errors},
    routes,
    ui::{CopyButton, Submit, TextField},
    words::{common, two_factor as words},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The secret as a QR code, as text and as a link. The program takes them out of the page when it is left.
#[component]
pub fn AuthenticatorForm(
    /// The secret.
    made: NewAuthenticator,
) -> impl IntoView {
    let errors = Signal::stored(posted_errors(ConfirmTwoFactor::PATH));
    view! {
        <section class="card" aria-labelledby="set-up">
            <h2 id="set-up">{words::SET_UP}</h2>
            <div class="authenticator" data-secret="">
                <p>{words::SCAN}</p>
                <QrCode text=made.link.clone() label=words::QR_CODE />
                <div class="credential">
                    <label for="setup-key">{words::SETUP_KEY}</label>
                    <p id="setup-key-hint">{words::SETUP_KEY_HINT}</p>
                    // It may have to be typed, so it is shown in full on a narrow screen too.
                    <textarea
                        id="setup-key"
                        readonly=true
                        rows="2"
                        autocomplete="off"
                        spellcheck="false"
                        translate="no"
                        aria-describedby="setup-key-hint"
                        data-1p-ignore=""
                    >
                        {made.secret}
                    </textarea>
                    <CopyButton label=words::COPY_SETUP_KEY field="setup-key" />
                </div>
                <p>
                    <a href=made.link>{words::OPEN_APP}</a>
                </p>
            </div>
            <PostForm action=ConfirmTwoFactor::PATH errors>
                <input type="hidden" name="setup" value=made.setup />
                <TextField
                    name="code"
                    label=words::CODE
                    hint=words::CODE_HINT
                    autocomplete="one-time-code"
                    inputmode="numeric"
                    errors
                />
                <p>{words::OTHER_SESSIONS}</p>
                <div class="form-actions">
                    <Submit label=words::CONFIRM />
                    <a class="button" data-variant="ghost" href=routes::TWO_FACTOR>
                        {common::CANCEL}
                    </a>
                </div>
            </PostForm>
        </section>
    }
}
