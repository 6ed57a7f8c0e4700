//! The command menu, which Ctrl+K opens. Only what opens it is part of the program from the start.

mod found_key;
mod options;

use super::dialog;
use crate::{ui::dom, words::command_menu as words};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement, HtmlInputElement};

/// The id of the dialog.
pub const MENU: &str = "command-menu";

/// Opens or closes the command menu. False where the page has none, or where another dialog would be left.
pub fn toggle() -> bool {
    let menu = document()
        .get_element_by_id(MENU)
        .and_then(|menu| menu.dyn_into::<HtmlDialogElement>().ok());
    let Some(menu) = menu else {
        return false;
    };
    match dialog::topmost() {
        None => open(menu),
        Some(top) if top.id() == MENU => {
            top.close();
            true
        }
        Some(top) if top.id() == dialog::SHORTCUTS => {
            top.close();
            open(menu)
        }
        Some(_) => false,
    }
}

/// Opens it empty.
fn open(menu: HtmlDialogElement) -> bool {
    if let Some(field) = dom::beneath::<HtmlInputElement>(&menu, "input").next() {
        field.set_value("");
    }
    if menu.show_modal().is_err() {
        return false;
    }
    spawn_local(async move {
        if options::opened().await.is_err()
            && let Some(status) = dom::beneath::<Element>(&menu, "[role='status']").next()
        {
            status.set_text_content(Some(words::NOT_LOADED));
        }
    });
    true
}
