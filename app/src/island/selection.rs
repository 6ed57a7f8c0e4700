//! Several keys or events at once: the boxes of the rows, and the bar for what is selected.

use crate::{ui::dom, words::list as words};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};

/// The boxes of the rows.
const BOXES: &str = "input[data-row]";
/// The box above them.
const ALL: &str = "input[data-all]";
/// The button that clears the selection.
const CLEAR: &str = "button[data-clear]";

/// Listens to the boxes of the page.
pub fn listen() {
    window_event_listener(ev::change, |event| {
        let changed = event.target().and_then(|target| target.dyn_into().ok());
        let Some(changed): Option<HtmlInputElement> = changed else {
            return;
        };
        if changed.has_attribute("data-all") {
            boxes().for_each(|one| one.set_checked(changed.checked()));
        }
        read();
    });
    window_event_listener(ev::click, |event| {
        let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
        if target.is_some_and(|target| matches!(target.closest(CLEAR), Ok(Some(_)))) {
            boxes().for_each(|one| one.set_checked(false));
            read();
        }
    });
}

/// Shows how many boxes are ticked.
pub fn read() {
    let Ok(Some(count)) = document().query_selector(".bulk-count") else {
        return;
    };
    let (ticked, all) = boxes().fold((0, 0), |(ticked, all), one| {
        (ticked + usize::from(one.checked()), all + 1)
    });
    for above in dom::all::<HtmlInputElement>(ALL) {
        above.set_checked(ticked == all && ticked > 0);
        above.set_indeterminate(ticked < all && ticked > 0);
    }
    let text = if ticked == 0 {
        String::new()
    } else {
        words::selected(ticked)
    };
    count.set_text_content(Some(&text));
}

fn boxes() -> impl Iterator<Item = HtmlInputElement> {
    dom::all(BOXES)
}
