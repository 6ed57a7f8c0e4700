//! The focus after a dialog that is a page of its own: on what opened it, else on the heading of the page below it. The keys that
//! a dialog would have revoked are selected again.

use super::{dialog, navigation, selection};
use crate::ui::dom;
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement, Storage};

/// Holds the path and the query of the dialog that was closed, for the page that this tab opens next. The loader starts the
/// program at once where it is set.
const CLOSED_DIALOG: &str = "latchkey-closed-dialog";
/// The boxes of rows that are not revoked.
const BOXES: &str = "tr:not([data-state='revoked']) input[data-row]";
/// What opens a dialog.
const OPENERS: &str = "a[href], button[formaction]";

/// Returns the focus on a page that the browser shows as it was left.
pub fn listen() {
    window_event_listener(ev::pageshow, |_| {
        navigation::stay();
        give_back();
    });
}

/// Remembers that the dialog of this page is being closed.
pub fn remember() {
    if let Some(storage) = storage() {
        // Without storage the focus starts at the top of the page, as on any other page.
        _ = storage.set_item(CLOSED_DIALOG, &navigation::here());
    }
}

/// Moves the focus after a dialog has been closed, unless it has been moved by then.
pub fn give_back() {
    let Some(closed) = storage().and_then(|storage| {
        let closed = storage.get_item(CLOSED_DIALOG).ok()?;
        _ = storage.remove_item(CLOSED_DIALOG);
        closed
    }) else {
        return;
    };
    let (path, rows) = closed.split_once('?').unwrap_or((closed.as_str(), ""));
    if path.ends_with("/revoke-selected") {
        dom::all::<HtmlInputElement>(BOXES)
            .filter(|one| rows.contains(&one.value()))
            .for_each(|one| one.set_checked(true));
        selection::read();
    }
    let moved = document()
        .active_element()
        .map(|focused| focused.tag_name())
        != Some("BODY".into());
    if moved || dialog::topmost().is_some() {
        return;
    }
    if !openers(path).any(|opener| take_focus(&opener)) {
        navigation::focus_heading();
    }
}

fn openers(path: &str) -> impl Iterator<Item = HtmlElement> + use<'_> {
    dom::all::<HtmlElement>(OPENERS).filter(move |opener| {
        ["href", "formaction"]
            .into_iter()
            .filter_map(|name| opener.get_attribute(name))
            .any(|address| address.split(['?', '#']).next() == Some(path))
    })
}

/// Focuses an element, or the menu that it is in. False where it is not shown.
fn take_focus(element: &HtmlElement) -> bool {
    let menu = element.closest("details.menu:not([open])").ok().flatten();
    let summary = menu.and_then(|menu| menu.query_selector("summary").ok()?);
    let target = summary.map_or_else(|| element.clone(), Element::unchecked_into::<HtmlElement>);
    _ = target.focus();
    document().active_element().as_ref() == Some(&target)
}

fn storage() -> Option<Storage> {
    window().session_storage().ok()?
}
