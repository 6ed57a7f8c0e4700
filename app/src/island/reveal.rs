//! The page that shows a secret: saves the secret as a file, and removes it when the page is left.

use crate::ui::{dom, download::download};
use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, Event, HtmlElement, HtmlInputElement, PageTransitionEvent};

/// Fields with a secret, and parts of a page around one.
const SECRETS: &str = "[data-secret]";
/// The box that says that the secret is stored.
const TICK: &str = "[data-stored]";

/// Listens to the page that shows a secret.
pub fn listen() {
    window_event_listener(ev::click, |event| {
        if dom::closest(&event, "[data-env]").is_some() {
            save();
        }
    });
    // A tick that is missing: `invalid` does not bubble.
    let invalid = Closure::<dyn Fn(Event)>::new(|event: Event| {
        if dom::closest(&event, TICK).is_some() {
            event.prevent_default();
            ask(true);
        }
    });
    _ = document().add_event_listener_with_callback_and_bool(
        "invalid",
        invalid.as_ref().unchecked_ref(),
        true,
    );
    invalid.forget();
    window_event_listener(ev::change, |event| {
        if dom::closest(&event, TICK).is_some() {
            ask(false);
        }
    });
    // The browser may keep a page that is left, to show it again. It keeps none with a secret, and one that comes back is
    // loaded anew.
    let left = Closure::<dyn Fn(Event)>::new(|_| {
        if dom::all::<Element>(SECRETS).next().is_some() {
            forget();
            show_anew();
        }
    });
    _ = window().add_event_listener_with_callback("pagehide", left.as_ref().unchecked_ref());
    left.forget();
}

/// Takes the secrets out of the page.
fn forget() {
    for secret in dom::all::<Element>(SECRETS) {
        match secret.dyn_ref::<HtmlInputElement>() {
            Some(field) => {
                field.set_value("");
                _ = field.remove_attribute("value");
            }
            None => secret.set_text_content(None),
        }
    }
}

fn show_anew() {
    let shown = Closure::<dyn Fn(Event)>::new(|event: Event| {
        let again = event
            .dyn_into::<PageTransitionEvent>()
            .is_ok_and(|event| event.persisted());
        if again {
            _ = window().location().reload();
        }
    });
    _ = window().add_event_listener_with_callback("pageshow", shown.as_ref().unchecked_ref());
    shown.forget();
}

/// Shows the question of those who leave without a tick, or hides it.
fn ask(shown: bool) {
    for question in dom::all::<HtmlElement>("[data-ask]") {
        question.set_hidden(!shown);
        // In a small window the buttons stick over the question. At the end of the form they are below it.
        if shown && let Ok(Some(form)) = question.closest("form") {
            form.scroll_into_view_with_bool(false);
        }
    }
}

fn save() {
    let value = |id: &str| {
        let field = document().get_element_by_id(id)?;
        Some(field.unchecked_into::<HtmlInputElement>().value())
    };
    if let (Some(id), Some(secret)) = (value("reveal-key"), value("reveal-secret")) {
        let text = format!("LATCHKEY_API_KEY={id}\nLATCHKEY_SECRET_KEY={secret}\n");
        _ = download("latchkey.env", &text);
    }
}
