//! A menu that opens without JavaScript.

use super::{
    dom,
    icon::{Icon, Shape},
};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{HtmlDetailsElement, HtmlElement, Node};

/// `<details>` with an icon to open it; [`listen`] closes it.
#[component]
pub fn Menu(
    /// The accessible name of what opens it.
    #[prop(into)]
    label: String,
    /// Links and buttons.
    children: Children,
) -> impl IntoView {
    view! {
        <details class="menu">
            <summary class="icon-button" role="button" aria-label=label>
                <Icon shape=Shape::Dots />
            </summary>
            <div class="menu-panel">{children()}</div>
        </details>
    }
}

/// Closes the menus of the page: on Escape, which gives the focus back to what opened it, and on a click elsewhere. Once for all
/// of them: a list has one for each row.
pub fn listen() {
    Effect::new(|_| {
        let clicks = window_event_listener(ev::click, |event| {
            let target = event
                .target()
                .and_then(|target| target.dyn_into::<Node>().ok());
            for menu in open() {
                if !menu.contains(target.as_ref()) {
                    menu.set_open(false);
                }
            }
        });
        let keys = window_event_listener(ev::keydown, |event| {
            if event.key() == "Escape" {
                open().for_each(|menu| close(&menu));
            }
        });
        on_cleanup(move || {
            clicks.remove();
            keys.remove();
        });
    });
}

fn open() -> impl Iterator<Item = HtmlDetailsElement> {
    dom::all("details.menu[open]")
}

fn close(menu: &HtmlDetailsElement) {
    let inside = document()
        .active_element()
        .is_some_and(|focused| menu.contains(Some(&focused)));
    menu.set_open(false);
    if inside && let Ok(Some(summary)) = menu.query_selector("summary") {
        _ = summary.unchecked_into::<HtmlElement>().focus();
    }
}
