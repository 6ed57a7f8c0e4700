//! Finding elements of the page.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, NodeList};

/// The target of an event, or the closest element around it, that a selector finds.
pub fn closest(event: &Event, selector: &str) -> Option<Element> {
    let target: Element = event.target()?.unchecked_into();
    // A target that is not an element does not have this method, which is an error as well.
    target.closest(selector).ok()?
}

/// The target of an event, if a selector finds it. Its type is not checked.
pub fn target<T: JsCast>(event: &Event, selector: &str) -> Option<T> {
    let target: Element = event.target()?.unchecked_into();
    (target.matches(selector) == Ok(true)).then(|| target.unchecked_into())
}

/// All in the page that a selector finds, in their order; none where it is not one.
pub fn all<T: JsCast>(selector: &str) -> impl Iterator<Item = T> + use<T> {
    each(document().query_selector_all(selector).ok())
}

/// All beneath an element, likewise.
pub fn beneath<T: JsCast>(element: &Element, selector: &str) -> impl Iterator<Item = T> + use<T> {
    each(element.query_selector_all(selector).ok())
}

fn each<T: JsCast>(found: Option<NodeList>) -> impl Iterator<Item = T> {
    let count = found.as_ref().map_or(0, NodeList::length);
    (0..count).filter_map(move |n| found.as_ref()?.item(n)?.dyn_into().ok())
}
