//! Toasts: they disappear after a while, unless the pointer or the focus is on them.

use super::announce;
use crate::{ui::dom, words::toast as words};
use gloo_timers::future::TimeoutFuture;
use leptos::{ev, prelude::*, task::spawn_local};
use std::cell::Cell;
use web_sys::Element;

/// Milliseconds for which a toast is shown.
const SHOWN_MS: u32 = 8_000;
/// Holds the number of a toast that was announced. An element whose toast is replaced by the next one loses it.
const SEEN: &str = "data-seen";
/// A toast that has just come.
const NEW: &str = ".toast:not([data-seen])";

thread_local! {
    /// Counts the toasts.
    static TOASTS: Cell<u32> = const { Cell::new(0) };
}

/// Listens to the buttons that dismiss a toast.
pub fn listen() {
    window_event_listener(ev::click, |event| {
        if let Some(button) = dom::closest(&event, "[data-dismiss]")
            && let Ok(Some(toast)) = button.closest(".toast")
        {
            toast.remove();
        }
    });
}

/// Announces the toasts that have come into the page, and takes them away after a while.
pub fn show_new() {
    for toast in dom::all::<Element>(NEW) {
        TOASTS.set(TOASTS.get().wrapping_add(1));
        let number = TOASTS.get().to_string();
        // Only a broken document refuses an attribute.
        _ = toast.set_attribute(SEEN, &number);
        if let Ok(Some(text)) = toast.query_selector("p") {
            announce::say(text.text_content().unwrap_or_default());
        }
        spawn_local(async move {
            loop {
                TimeoutFuture::new(SHOWN_MS).await;
                if toast.get_attribute(SEEN).as_ref() != Some(&number) {
                    return;
                }
                if !matches!(toast.matches(":is(:hover, :focus-within)"), Ok(true)) {
                    break;
                }
            }
            toast.remove();
        });
    }
}

/// Says that the server does not answer.
pub fn unreachable() {
    fail(words::UNREACHABLE);
}

/// Says why something failed.
pub fn fail(why: &str) {
    // Pages outside of an application have no region for toasts.
    let region = dom::all::<Element>(".toasts").next().or_else(|| {
        let body = document().body()?;
        add(&body, "section", "toasts")
    });
    if let Some(toast) = region.and_then(|region| add(&region, "div", "toast")) {
        // Only a broken document refuses an attribute.
        _ = toast.set_attribute("data-tone", "danger");
        if let Some(text) = add(&toast, "p", "") {
            text.set_text_content(Some(why));
        }
        show_new();
    }
}

/// Appends an element with a class.
pub(super) fn add(parent: &Element, tag: &str, class: &str) -> Option<Element> {
    let element = document().create_element(tag).ok()?;
    element.set_class_name(class);
    parent.append_child(&element).ok()?;
    Some(element)
}
