//! Charts that are read bar by bar, once the page listens: a pointer, a finger or the arrow keys go from one to the next, and
//! a line says what each of them holds.
//!
//! A chart is a `.chart-frame` with a `.chart-slot` for each bar, whose title is what it says, and a `.chart-reading`.

use super::dom;
use crate::words::usage as words;
use leptos::{
    ev::{self, Event, KeyboardEvent, PointerEvent},
    prelude::*,
};
use wasm_bindgen::JsCast;
use web_sys::Element;

const SLOT: &str = ".chart-slot";

/// Makes the charts of the page listen, once for all of them. [`offer`] lets the keyboard reach them.
pub fn listen() {
    window_event_listener(ev::pointerdown, |event| point(&event));
    window_event_listener(ev::pointermove, |event| point(&event));
    window_event_listener(ev::pointerout, |event| leave(&event));
    window_event_listener(ev::focusout, |event| {
        if let Some(frame) = frame(&event) {
            read(&frame, None, false);
        }
    });
    window_event_listener(ev::keydown, |event| step(&event));
}

/// Lets the keyboard reach the charts of a part that has come into the page.
pub fn offer(part: &Element) {
    for frame in dom::beneath::<Element>(part, ".chart-frame") {
        // Only a broken document refuses an attribute.
        _ = frame.set_attribute("tabindex", "0");
    }
}

fn frame(event: &Event) -> Option<Element> {
    dom::closest(event, ".chart-frame")
}

/// The bar under a pointer: a finger that moves stays with what it touched first, so the place is asked.
fn point(event: &PointerEvent) {
    if let Some(frame) = frame(event) {
        #[expect(clippy::cast_precision_loss, reason = "a screen has fewer points")]
        let (x, y) = (event.client_x() as f32, event.client_y() as f32);
        let slot = document()
            .element_from_point(x, y)
            .and_then(|element| element.closest(SLOT).ok()?);
        read(&frame, slot.as_ref(), false);
    }
}

fn leave(event: &PointerEvent) {
    if let Some(frame) = frame(event)
        && event.pointer_type() == "mouse"
    {
        let to = event.related_target().map(JsCast::unchecked_into);
        if !frame.contains(to.as_ref()) {
            read(&frame, None, false);
        }
    }
}

fn step(event: &KeyboardEvent) {
    let Some(frame) = frame(event) else {
        return;
    };
    let slots: Vec<Element> = dom::beneath(&frame, SLOT).collect();
    let Some(last) = slots.len().checked_sub(1) else {
        return;
    };
    let now = slots
        .iter()
        .position(|slot| slot.has_attribute("data-here"));
    let wanted = match event.key().as_str() {
        "ArrowRight" => Some(now.map_or(0, |bar| (bar + 1).min(last))),
        "ArrowLeft" => Some(now.map_or(last, |bar| bar.saturating_sub(1))),
        "Home" => Some(0),
        "End" => Some(last),
        "Escape" => None,
        _ => return,
    };
    event.prevent_default();
    read(&frame, wanted.and_then(|bar| slots.get(bar)), true);
}

/// Marks the bar, and says what it holds; aloud where a key led there.
fn read(frame: &Element, slot: Option<&Element>, aloud: bool) {
    let here = frame
        .query_selector(".chart-slot[data-here]")
        .ok()
        .flatten();
    if here.as_ref() == slot {
        return;
    }
    // Only a broken document refuses an attribute.
    if let Some(here) = here {
        _ = here.remove_attribute("data-here");
    }
    if let Some(slot) = slot {
        _ = slot.set_attribute("data-here", "");
    }
    if let Ok(Some(line)) = frame.query_selector(".chart-reading") {
        _ = if aloud {
            line.set_attribute("aria-live", "polite")
        } else {
            line.remove_attribute("aria-live")
        };
        let text = slot.and_then(|slot| slot.text_content());
        line.set_text_content(Some(text.as_deref().unwrap_or(words::READ_BARS)));
    }
}
