//! Shortcuts: Ctrl+K or Cmd+K opens the command menu, `/` searches, `c` creates a key, `j` and `k` go through the rows, `?` lists the
//! shortcuts. A person can turn all but the first off, because single keys get in the way of speech input (WCAG 2.2, 2.1.4).

use super::{command_menu, dialog};
use crate::ui::dom;
use leptos::{ev, prelude::*};
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// The links of the rows.
pub const ROWS: &str = ".keys tbody tr:not(.retiring) .key-name a";
/// Stands in the pages of a person who has turned single keys off.
const OFF: &str = "[data-shortcuts='off']";
/// Where letters are text.
const TYPING: &str = "input, textarea, select, [contenteditable]";

/// Listens to the shortcuts of the page.
pub fn listen() {
    window_event_listener(ev::keydown, |event| {
        let done = !event.default_prevented()
            && if is_command(&event) {
                command_menu::toggle()
            } else {
                is_shortcut(&event) && act(&event.key())
            };
        if done {
            event.prevent_default();
        }
    });
}

/// Ctrl+K or Cmd+K, which means the same in a text field.
fn is_command(event: &KeyboardEvent) -> bool {
    let other = event.alt_key() || event.shift_key();
    event.ctrl_key() != event.meta_key() && !other && event.key().eq_ignore_ascii_case("k")
}

fn is_shortcut(event: &KeyboardEvent) -> bool {
    let modified = event.ctrl_key() || event.meta_key() || event.alt_key();
    let typing = dom::closest(event, TYPING).is_some();
    let off = dom::all::<Element>(OFF).next().is_some();
    !modified && !typing && !off && dialog::topmost().is_none()
}

/// Whether the key means something on this page.
fn act(key: &str) -> bool {
    match key {
        "/" => focus(dom::all("input[type='search']").next()),
        "c" => click(dom::all("a[data-shortcut='c']").next()),
        "j" => focus(neighbour(1)),
        "k" => focus(neighbour(-1)),
        "?" => dialog::open_passing(dialog::SHORTCUTS),
        _ => false,
    }
}

fn focus(element: Option<HtmlElement>) -> bool {
    element.is_some_and(|element| element.focus().is_ok())
}

fn click(link: Option<HtmlElement>) -> bool {
    link.inspect(HtmlElement::click).is_some()
}

/// The link of the row before or behind the one with the focus.
fn neighbour(step: isize) -> Option<HtmlElement> {
    let links: Vec<HtmlElement> = dom::all(ROWS).collect();
    let row = document()
        .active_element()
        .and_then(|focused| focused.closest("tr").ok()?);
    let here = row.and_then(|row| links.iter().position(|link| row.contains(Some(link))));
    let wanted = match here {
        Some(here) => here.checked_add_signed(step)?,
        None => 0,
    };
    links.into_iter().nth(wanted)
}
