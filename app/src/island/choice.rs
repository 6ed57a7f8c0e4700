//! Checkboxes that preselect an option of a select box. A later choice is kept.

use crate::ui::dom;
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlSelectElement};

/// Listens to boxes with `data-chooses`, the id of a select box, and `data-choice`, one of its values.
pub fn listen() {
    window_event_listener(ev::change, |event| {
        if let Some(ticked) = dom::target(&event, "[data-chooses]") {
            _ = choose(&ticked);
        }
    });
}

fn choose(ticked: &HtmlInputElement) -> Option<()> {
    let id = ticked.get_attribute("data-chooses")?;
    let select: HtmlSelectElement = document().get_element_by_id(&id)?.dyn_into().ok()?;
    let choice = ticked.get_attribute("data-choice")?;
    select.set_value(if ticked.checked() { &choice } else { "" });
    Some(())
}
