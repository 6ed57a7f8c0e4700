//! Dialogs: the server renders them open, as part of the page; the program makes them modal.

use super::{announce, command_menu, navigation};
use crate::{ui::dom, words::common as words};
use leptos::{ev, prelude::*};
use std::cell::{Cell, RefCell};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, Event, HtmlDialogElement, HtmlElement};

/// A link that closes the dialog around it.
const CLOSE: &str = "a[data-close]";
/// A dialog that is not a page of its own: closing it changes nothing else.
const PASSING: &str = "data-passing";
/// A dialog that is a page of its own: closing it leaves the page.
const PAGE_DIALOG: &str = "dialog:not([data-passing])";
/// Such a dialog, closed by the browser.
const CLOSED_PAGE_DIALOG: &str = "dialog:not([data-passing], [open])";
/// The dialog that asks whether changes are discarded.
const DISCARD: &str = "dialog[data-discard]";
/// A button that opens a dialog of the page, named by its id. The command menu closes itself first.
const OPENER: &str = "[data-opens]:not(dialog *)";
/// The id of the list of shortcuts.
pub const SHORTCUTS: &str = "shortcuts";
/// Marks a form in which something was typed.
pub const CHANGED: &str = "data-changed";
/// The forms whose fields are lost with the page.
const FORMS: &str = "main.page form[method='post']";
/// Those in which something was typed that is not being sent.
const UNSAVED: &str = "form[data-changed]:not([aria-busy])";

thread_local! {
    /// What had the focus when the browser began to close the dialog of the page.
    static FOCUSED: RefCell<Option<HtmlElement>> = const { RefCell::new(None) };
    /// Whether the browser is closing the dialog that asks whether changes are discarded.
    static DISMISSED: Cell<bool> = const { Cell::new(false) };
}

/// Listens to the dialogs of the page.
pub fn listen() {
    // `cancel` and `close` do not bubble, so they are caught on their way down.
    for (name, listener) in [
        ("cancel", cancelled as fn(&Event)),
        ("close", closed),
        ("beforeunload", before_unload),
    ] {
        let listener = Closure::<dyn Fn(Event)>::new(move |event: Event| listener(&event));
        _ = window().add_event_listener_with_callback_and_bool(
            name,
            listener.as_ref().unchecked_ref(),
            true,
        );
        listener.forget();
    }
    // Browsers that do not know `closedby` would close a locked dialog.
    window_event_listener(ev::keydown, |event| {
        if event.key() == "Escape" && topmost().is_some_and(|dialog| is_locked(&dialog)) {
            event.prevent_default();
        }
    });
    window_event_listener(ev::click, |event| {
        let opener = dom::closest(&event, OPENER);
        if let Some(id) = opener.and_then(|opener| opener.get_attribute("data-opens")) {
            if id == command_menu::MENU {
                command_menu::toggle();
            } else {
                open_passing(&id);
            }
        }
    });
    window_event_listener(ev::input, |event| {
        if let Some(form) = dom::closest(&event, FORMS) {
            // Only a broken document refuses an attribute.
            _ = form.set_attribute(CHANGED, "");
        }
    });
}

/// Makes the open dialogs of the page modal.
pub fn open_all() {
    for dialog in dom::all::<HtmlDialogElement>("dialog[open]:not(:modal)") {
        // Only a broken document refuses an attribute.
        _ = dialog.remove_attribute("open");
        _ = dialog.remove_attribute("data-inline");
        _ = dialog.show_modal();
        // A link to a field of the dialog.
        if let Some(field) = navigation::target(&window().location().hash().unwrap_or_default())
            && dialog.contains(Some(&field))
        {
            _ = field.focus();
        }
    }
}

/// The modal dialog in front of all others.
pub fn topmost() -> Option<HtmlDialogElement> {
    dom::all("dialog:modal").last()
}

/// Opens a dialog that is in the page, closed. False where it is not.
pub fn open_passing(id: &str) -> bool {
    document()
        .get_element_by_id(id)
        .and_then(|dialog| dialog.dyn_into::<HtmlDialogElement>().ok())
        .is_some_and(|dialog| dialog.show_modal().is_ok())
}

/// Follows the link that closes a dialog; where something was typed, asks before it is discarded.
pub fn leave(href: &str) {
    match topmost() {
        Some(dialog) if dom::beneath::<Element>(&dialog, UNSAVED).next().is_some() => ask(href),
        _ => {
            // The reader has answered the question.
            for form in dom::all::<Element>("dialog form[data-changed]") {
                _ = form.remove_attribute(CHANGED);
            }
            navigation::leave(href);
        }
    }
}

fn ask(href: &str) {
    let Ok(Some(question)) = document().query_selector(DISCARD) else {
        return navigation::leave(href);
    };
    if let Ok(Some(link)) = question.query_selector("a") {
        _ = link.set_attribute("href", href);
    }
    _ = question.unchecked_into::<HtmlDialogElement>().show_modal();
    announce::say(words::DISCARD_TITLE);
}

fn close_link(dialog: &Element) -> Option<Element> {
    dialog.query_selector(CLOSE).ok()?
}

fn is_locked(dialog: &Element) -> bool {
    !dialog.has_attribute(PASSING) && close_link(dialog).is_none()
}

/// Escape was pressed, or the browser's own back gesture was used. A browser may close the dialog that asks about changes together
/// with the one below it: only the former is dismissed then.
fn cancelled(event: &Event) {
    if let Some(dialog) = dom::target::<HtmlDialogElement>(event, PAGE_DIALOG) {
        event.prevent_default();
        let focused = document().active_element();
        FOCUSED.set(focused.and_then(|focused| focused.dyn_into().ok()));
        // A browser closes a dialog in any case where the reader has used nothing but Escape: `close` follows.
        if event.cancelable() && !DISMISSED.get() {
            follow_close_link(&dialog);
        }
    } else if dom::target::<Element>(event, DISCARD).is_some() {
        DISMISSED.set(true);
    }
}

fn follow_close_link(dialog: &Element) {
    if let Some(href) = close_link(dialog).and_then(|link| link.get_attribute("href")) {
        leave(&href);
    }
}

/// The browser asks before a page with unsaved changes is left.
fn before_unload(event: &Event) {
    if dom::all::<Element>(UNSAVED).next().is_some() {
        event.prevent_default();
        navigation::stay();
    }
}

/// The browser has closed a dialog: a locked one stays, and any other stays until its page is left.
fn closed(event: &Event) {
    if let Some(dialog) = dom::target::<HtmlDialogElement>(event, PAGE_DIALOG) {
        // It is open again where it was closed together with the dialog about changes.
        if dialog.is_connected() && !dialog.open() {
            reopen(&dialog);
            follow_close_link(&dialog);
        }
    } else if dom::target::<Element>(event, DISCARD).is_some() {
        DISMISSED.set(false);
        for dialog in dom::all::<HtmlDialogElement>(CLOSED_PAGE_DIALOG) {
            reopen(&dialog);
        }
    }
}

fn reopen(dialog: &HtmlDialogElement) {
    _ = dialog.show_modal();
    if let Some(focused) = FOCUSED.take() {
        _ = focused.focus();
    }
}
