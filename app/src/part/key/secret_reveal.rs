//! A new secret, shown once.

use super::CodeSamples;
use crate::{
    act::keys::change::ConfirmKey,
    form::{FormPage, refusal},
    island::first_request::FirstRequest,
    ui::{CopyButton, Icon, Notice, Shape, Submit},
    words::reveal,
};
use domain::key::{issued::IssuedKey, token::KeyId};
use leptos::{prelude::*, server_fn::ServerFn};

/// Both credentials with what is needed to store them. The program takes the secret out of the page when it is left
/// ([`crate::island::reveal`]).
#[component]
pub fn SecretReveal(
    /// The application's id.
    app: String,
    /// The key with its secret.
    issued: IssuedKey,
    /// The address of the gate.
    gate: String,
    /// The path of the page afterwards.
    back: String,
    /// A second notice, such as how long an older key works.
    #[prop(optional)]
    note: Option<AnyView>,
    /// The key that it replaces.
    #[prop(optional)]
    old: Option<KeyId>,
) -> impl IntoView {
    let id = issued.id;
    let old_key = old.map(|old| {
        view! {
            <p id="reveal-old-key" translate="no">
                <code>{old.mask()}</code>
                " → "
                <code>{id.mask()}</code>
            </p>
        }
    });
    let old_secret = old.map(|_| view! { <p id="reveal-old-secret">{reveal::OLD_SECRET}</p> });
    view! {
        <div class="dialog-body">
            <Notice tone="warning">{reveal::ONCE}</Notice>
            {note.map(|note| view! { <Notice>{note}</Notice> })}
            <div class="reveal">
                <div class="credential">
                    <label for="reveal-key">{reveal::KEY}</label>
                    {old_key}
                    <input
                        id="reveal-key"
                        type="text"
                        aria-describedby=old.map(|_| "reveal-old-key")
                        readonly=true
                        value=id.to_string()
                        autocomplete="off"
                        spellcheck="false"
                        data-secret=""
                        data-1p-ignore=""
                    />
                    <CopyButton label=reveal::COPY_KEY field="reveal-key" />
                </div>
                <div class="credential" data-prominent="">
                    <label for="reveal-secret">{reveal::SECRET}</label>
                    {old_secret}
                    <input
                        id="reveal-secret"
                        type="text"
                        aria-describedby=old.map(|_| "reveal-old-secret")
                        readonly=true
                        value=issued.secret
                        autocomplete="off"
                        spellcheck="false"
                        data-secret=""
                        data-1p-ignore=""
                    />
                    <CopyButton label=reveal::COPY_SECRET field="reveal-secret" />
                </div>
            </div>
            <div class="form-actions" data-needs-js="">
                <button type="button" class="button" data-variant="secondary" data-env="">
                    <Icon shape=Shape::Download />
                    {reveal::DOWNLOAD}
                </button>
            </div>
            <CodeSamples id gate />
            <FirstRequest app=app.clone() id />
        </div>
        <DoneForm app id back />
    }
}

/// The way out: with a tick it is told to the server. Those who leave without one are asked again.
#[component]
fn DoneForm(app: String, id: KeyId, back: String) -> impl IntoView {
    let failed = refusal(ConfirmKey::PATH).map(|error| error.to_string());
    let hidden = failed.is_none();
    view! {
        <form method="post" action=ConfirmKey::PATH>
            <FormPage />
            <input type="hidden" name="app" value=app />
            <input type="hidden" name="key" value=id.to_string() />
            <div role="alert">
                <div class="dialog-body" data-ask="" hidden=hidden>
                    <Notice tone="danger">
                        {failed.unwrap_or_else(|| reveal::NOT_TICKED.to_owned())}
                    </Notice>
                    <div class="form-actions">
                        <a class="button" data-variant="danger" href=back>
                            {reveal::CLOSE}
                        </a>
                    </div>
                </div>
            </div>
            <footer class="dialog-actions">
                <label class="choice">
                    <input type="checkbox" required=true data-stored="" />
                    <span>{reveal::STORED}</span>
                </label>
                <Submit label=reveal::DONE />
            </footer>
        </form>
    }
}
