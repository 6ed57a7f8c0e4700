//! Filters that apply themselves: a search after a pause in typing, a choice immediately.

use super::submit;
use crate::ui::dom;
use gloo_timers::future::TimeoutFuture;
use leptos::{ev, prelude::*, task::spawn_local};
use std::cell::Cell;
use web_sys::{HtmlInputElement, HtmlSelectElement};

/// Milliseconds without a key stroke after which the page follows what was typed.
const PAUSE_MS: u32 = 250;
/// The field of a `GET` form whose page follows what is typed.
const SEARCH: &str = "input[data-follow]";

thread_local! {
    static STROKES: Cell<u32> = const { Cell::new(0) };
}

/// Listens to the filters of the page.
pub fn listen() {
    window_event_listener(ev::input, |event| {
        if let Some(field) = dom::target::<HtmlInputElement>(&event, SEARCH) {
            typed(field);
        }
    });
    window_event_listener(ev::change, |event| {
        if let Some(select) = dom::target::<HtmlSelectElement>(
            &event,
            "form[method='GET' i]:not([data-steady]) select",
        ) && let Some(form) = select.form()
        {
            _ = form.request_submit();
        }
    });
    // What was typed before the program started.
    dom::all(SEARCH).filter(is_edited).for_each(typed);
}

/// Whether the page does not show what is in the field.
fn is_edited(field: &HtmlInputElement) -> bool {
    field.value().trim() != field.default_value().trim()
}

fn typed(field: HtmlInputElement) {
    let stroke = STROKES.get().wrapping_add(1);
    STROKES.set(stroke);
    spawn_local(async move {
        TimeoutFuture::new(PAUSE_MS).await;
        if STROKES.get() == stroke
            && is_edited(&field)
            && let Some(form) = field.form()
        {
            submit::follow(&form);
        }
    });
}

/// The form is being sent: what was typed no longer needs to be followed.
pub fn settle() {
    STROKES.set(STROKES.get().wrapping_add(1));
}
