//! Passkeys: the browser lets an authenticator answer, and the form is sent with the answer. Only what listens is part of the
//! program from the start; `program.js` hides it in a browser without passkeys.

mod ceremony;

use super::{submit, toast};
use crate::ui::dom;
use leptos::{ev, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlFormElement};

/// The buttons that ask for a passkey.
const BUTTONS: &str = "button[data-passkey]";
/// The button that makes a new passkey.
const CREATE_BUTTON: &str = "button[data-passkey='create']";

/// Listens to the buttons of the page.
pub fn listen() {
    window_event_listener(ev::click, |event| {
        if let Some(button) = dom::closest(&event, BUTTONS)
            && let Ok(Some(form)) = button.closest("form")
        {
            use_passkey(form.unchecked_into(), button.unchecked_into(), false);
        }
    });
}

/// The button that sends a form in place of a submit button, if it has one.
pub fn create_button(form: &HtmlFormElement) -> Option<HtmlElement> {
    dom::beneath(form, CREATE_BUTTON).next()
}

/// Whether a button asks for a passkey.
pub fn is_button(button: &HtmlElement) -> bool {
    button.has_attribute("data-passkey")
}

/// Does what a button is for. `renewed` is whether the reader has just signed in, because the session had ended.
pub fn use_passkey(form: HtmlFormElement, button: HtmlElement, renewed: bool) {
    if form.has_attribute("aria-busy") {
        return;
    }
    let busy = submit::Busy::mark(form.clone(), Some(button.clone()));
    spawn_local(async move {
        if ceremony::begin(form, button, busy, renewed).await.is_err() {
            toast::unreachable();
        }
    });
}
