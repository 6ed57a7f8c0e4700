//! Turns a part of the page into another version of itself, element by element: what stays the same keeps its focus, its caret,
//! what was typed into it and what is open in it.

use super::dialog;
use crate::ui::dom;
use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Element, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement, Node,
    js_sys::{Array, Function, JsString, Reflect},
};

/// The element of an island. Its contents belong to it.
const ISLAND: &str = "LEPTOS-ISLAND";
/// A form in which something was typed, and that was not accepted since.
const UNSENT: &str = "form[data-changed]";

/// Changes `old` into `new`, which is an element of the same kind in another document.
pub fn morph(old: &Element, new: &Element) {
    let island = old.tag_name() == ISLAND;
    if island && old.get_attribute("data-props") == new.get_attribute("data-props") {
        return;
    }
    let before = initial(old);
    attributes(old, new);
    if !island {
        children(old, new);
    }
    state(old, new, before.as_deref());
}

fn attributes(old: &Element, new: &Element) {
    for name in names(new) {
        let value = new.get_attribute(&name).unwrap_or_default();
        let dialog = old.tag_name() == "DIALOG" && stays(old, &name);
        if !dialog && old.get_attribute(&name).as_deref() != Some(&value) {
            // The name comes from an element of the server.
            _ = old.set_attribute(&name, &value);
        }
    }
    for name in names(old) {
        if !new.has_attribute(&name) && !stays(old, &name) {
            _ = old.remove_attribute(&name);
        }
    }
}

fn names(element: &Element) -> impl Iterator<Item = String> + use<> {
    let names: Array = element.get_attribute_names().unchecked_into();
    names
        .into_iter()
        .map(|name| String::from(name.unchecked_into::<JsString>()))
}

/// What the reader has opened stays open, modal dialogs stay modal, and changed forms stay changed.
fn stays(element: &Element, attribute: &str) -> bool {
    match element.tag_name().as_str() {
        "DETAILS" => attribute == "open",
        "DIALOG" => ["open", "data-inline"].contains(&attribute),
        "FORM" => attribute == dialog::CHANGED,
        _ => false,
    }
}

/// What the server has put into a field: its value, its tick, or the option that is selected.
fn initial(field: &Element) -> Option<String> {
    match field.tag_name().as_str() {
        "TEXTAREA" => field.text_content(),
        "SELECT" => {
            let selected = field.query_selector("option[selected]").ok()??;
            selected.get_attribute("value")
        }
        "INPUT" if is_box(field) => field.get_attribute("checked"),
        _ => field.get_attribute("value"),
    }
}

fn is_box(field: &Element) -> bool {
    let kind = field.get_attribute("type");
    matches!(kind.as_deref(), Some("checkbox" | "radio"))
}

/// The state that attributes only begin. `before` is what the server had put into the field: while that stays the same, so does
/// what the reader has typed or chosen in a form that is not sent yet.
fn state(old: &Element, new: &Element, before: Option<&str>) {
    let wanted = initial(new);
    let differs = wanted.as_deref() != before;
    let follows = || differs || !matches!(old.closest(UNSENT), Ok(Some(_)));
    if let Some(field) = old.dyn_ref::<HtmlInputElement>() {
        if is_box(old) {
            if follows() {
                field.set_checked(wanted.is_some());
            }
        } else if differs && !has_focus(old) {
            field.set_value(&wanted.unwrap_or_default());
        }
    } else if let Some(field) = old.dyn_ref::<HtmlTextAreaElement>() {
        let text = wanted.unwrap_or_default();
        if follows() && field.value() != text && !has_focus(old) {
            field.set_value(&text);
        }
    } else if let Some(field) = old.dyn_ref::<HtmlSelectElement>()
        && let Some(wanted) = new.dyn_ref::<HtmlSelectElement>()
        && follows()
    {
        field.set_selected_index(wanted.selected_index());
    }
}

fn has_focus(element: &Element) -> bool {
    document().active_element().as_ref() == Some(element)
}

fn children(old: &Element, new: &Element) {
    let mut here = old.first_child();
    let mut wanted = new.first_child();
    while let Some(next) = wanted {
        wanted = next.next_sibling();
        let found = if id(&next).is_some() {
            following(here.clone()).find(|node| is_same(node, &next))
        } else {
            while let Some(gone) = here.clone().filter(|node| is_gone(node, &next)) {
                here = gone.next_sibling();
                remove(old, &gone);
            }
            here.clone().filter(|node| is_same(node, &next))
        };
        if let Some(found) = found {
            if Some(&found) == here.as_ref() {
                here = found.next_sibling();
            } else {
                _ = old.insert_before(&found, here.as_ref());
            }
            match (found.dyn_ref::<Element>(), next.dyn_ref::<Element>()) {
                (Some(found), Some(next)) => morph(found, next),
                _ => {
                    if found.node_value() != next.node_value() {
                        found.set_node_value(next.node_value().as_deref());
                    }
                }
            }
        } else if let Ok(copy) = document().import_node_with_deep(&next, true) {
            _ = old.insert_before(&copy, here.as_ref());
        }
    }
    // What is left has no counterpart.
    for node in following(here).collect::<Vec<_>>() {
        remove(old, &node);
    }
}

/// Whether a node has no counterpart in `next` or behind it. A comment of the server marks where something may be: one before
/// something else has none.
fn is_gone(node: &Node, next: &Node) -> bool {
    let is_mark = |node: &Node| node.node_type() == Node::COMMENT_NODE;
    match (is_mark(node), is_mark(next)) {
        (true, is_mark) => !is_mark,
        (false, true) => false,
        (false, false) => !following(Some(next.clone())).any(|next| is_same(node, &next)),
    }
}

fn remove(from: &Element, node: &Node) {
    dispose_islands(node);
    // It is there.
    _ = from.remove_child(node);
}

/// Ends what the islands in a part do that leaves the page: Leptos keeps their state by this name on their elements.
fn dispose_islands(part: &Node) {
    let Some(part) = part.dyn_ref::<Element>() else {
        return;
    };
    let itself = (part.tag_name() == ISLAND).then(|| part.clone());
    for island in dom::beneath::<Element>(part, ISLAND).chain(itself) {
        if let Ok(dispose) = Reflect::get(&island, &"$$dispose".into())
            && let Ok(dispose) = dispose.dyn_into::<Function>()
        {
            _ = dispose.call0(&JsValue::UNDEFINED);
        }
    }
}

/// A node and its siblings behind it.
fn following(first: Option<Node>) -> impl Iterator<Item = Node> {
    std::iter::successors(first, Node::next_sibling)
}

fn id(node: &Node) -> Option<String> {
    node.dyn_ref::<Element>()
        .map(Element::id)
        .filter(|id| !id.is_empty())
}

/// Whether one can become the other: the same kind of node with the same id; the same field, the same island.
fn is_same(old: &Node, new: &Node) -> bool {
    if old.node_name() != new.node_name() || id(old) != id(new) {
        return false;
    }
    let (Some(old), Some(new)) = (old.dyn_ref::<Element>(), new.dyn_ref::<Element>()) else {
        return true;
    };
    let equal = |name| old.get_attribute(name) == new.get_attribute(name);
    match old.tag_name().as_str() {
        "INPUT" => equal("type") && equal("name"),
        // One with other properties is hydrated anew.
        ISLAND => equal("data-component") && equal("data-props"),
        _ => true,
    }
}
