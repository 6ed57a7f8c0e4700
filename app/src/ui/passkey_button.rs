//! The button that asks the browser for a passkey.

use super::{
    Notice,
    icon::{Icon, Shape},
};
use crate::words::passkey as words;
use leptos::prelude::*;

/// Lets an authenticator answer, and sends the form that it belongs to with the answer ([`crate::island::passkey`]). The form has the
/// hidden fields of [`PasskeyFields`] and a [`PasskeyStatus`].
#[component]
pub fn PasskeyButton(
    /// The words on it.
    label: &'static str,
    /// `create`, `again`, or the purpose of a challenge that the server is asked for.
    purpose: &'static str,
    /// The options for a new passkey, as JSON.
    #[prop(optional, into)]
    options: Option<String>,
    /// `primary`, `secondary`, `danger` or `ghost`.
    #[prop(default = "secondary")]
    variant: &'static str,
    /// Whether it has the focus when the page or the dialog opens.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    view! {
        <button
            type="button"
            autofocus=autofocus
            class="button"
            data-variant=variant
            data-needs-js=""
            data-passkey=purpose
            data-options=options
        >
            {label}
        </button>
    }
}

/// The fields that take the answer.
#[component]
pub fn PasskeyFields(
    /// The sealed challenge, if the page came with one.
    #[prop(optional, into)]
    challenge: String,
) -> impl IntoView {
    view! {
        <input type="hidden" name="challenge" value=challenge />
        <input type="hidden" name="credential" />
    }
}

/// Says why no passkey was used. The program fills it in.
#[component]
pub fn PasskeyStatus() -> impl IntoView {
    view! {
        <p class="field-error" role="alert" data-passkey-status="" hidden=true>
            <Icon shape=Shape::Warning />
            <span></span>
        </p>
    }
}

/// Says that passkeys need JavaScript, in a browser without it.
#[component]
pub fn PasskeysNeedJs(
    /// What such a browser can do instead.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="without-js">
            <Notice>{words::NEEDS_JS}</Notice>
            {children.map(|children| children())}
        </div>
    }
}
