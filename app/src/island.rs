//! What a page does in the browser beside its links and forms.
//!
//! The server renders pages, and they work without this program. It listens to the whole page, by attributes in the HTML, and
//! hydrates the islands: components that need a state of their own.

pub mod announce;
pub mod choice;
pub mod command_menu;
pub mod dialog;
pub mod dialog_focus;
pub(crate) mod first_request;
pub mod follow;
pub mod key_form;
pub mod keyboard;
pub mod live_requests;
pub mod morph;
pub mod navigation;
pub(crate) mod node_wait;
pub mod passkey;
pub mod progress;
pub mod renewal;
pub mod reveal;
pub mod selection;
pub mod submit;
pub mod toast;

use crate::ui::{chart_reader, copy_button, menu, time};
use leptos::prelude::document;

/// Starts the program for the page that is open.
pub fn start() {
    menu::listen();
    chart_reader::listen();
    copy_button::listen(announce::say);
    time::listen();
    choice::listen();
    dialog::listen();
    dialog_focus::listen();
    navigation::listen();
    passkey::listen();
    reveal::listen();
    submit::listen();
    follow::listen();
    keyboard::listen();
    selection::listen();
    toast::listen();
    refresh();
    dialog_focus::give_back();
}

/// Takes over what has come into the page.
fn refresh() {
    dialog::open_all();
    selection::read();
    toast::show_new();
    if let Some(page) = document().document_element() {
        chart_reader::offer(&page);
    }
}
