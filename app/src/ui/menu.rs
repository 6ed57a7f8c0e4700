//! A menu that opens without JavaScript.

mod arrow_keys;

use super::{
    dom,
    icon::{Icon, Shape},
};
use leptos::{ev, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::{HtmlDetailsElement, HtmlElement, Node};

/// The keys that move the focus in an open menu.
const KEYS: [&str; 4] = ["ArrowDown", "ArrowUp", "Home", "End"];
/// What makes a choice: a link or the button of a form. A button that copies says so in its place, and a search narrows the choice.
const CHOICE: &str = ".menu-panel :is(a, [type=submit]):not([role=search] *)";
/// The open menu in which the focus is, unless it is in a field that needs these keys itself.
const FOCUSED: &str = "details.menu[open]:has(:focus:not(input, select))";

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

/// Closes the menus of the page: on Escape, which gives the focus back to what opened it, and on a click elsewhere; and lets the
/// arrow keys move in them. Once for all of them: a list has one for each row.
pub fn listen() {
    window_event_listener(ev::click, |event| {
        let chosen = dom::closest(&event, CHOICE).is_some();
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<Node>().ok());
        for menu in open() {
            if chosen {
                close(&menu);
            } else if !menu.contains(target.as_ref()) {
                menu.set_open(false);
            }
        }
    });
    window_event_listener(ev::keydown, |event| {
        let key = event.key();
        if key == "Escape" {
            open().for_each(|menu| close(&menu));
        } else if KEYS.contains(&key.as_str())
            && let Ok(Some(menu)) = document().query_selector(FOCUSED)
        {
            event.prevent_default();
            spawn_local(async move {
                // Without this code the Tab key is left.
                _ = arrow_keys::press(menu, key).await;
            });
        }
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
