//! A menu that opens without JavaScript.

use super::{
    dom,
    icon::{Icon, Shape},
};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDetailsElement, HtmlElement};

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
    window_event_listener(ev::click, |event| {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        // A choice was made: a link or the button of a form. A button that copies says so in its place, and a search narrows the
        // choice.
        let chosen = target.as_ref().is_some_and(|target| {
            matches!(
                target.closest(".menu-panel :is(a, [type=submit]):not([role=search] *)"),
                Ok(Some(_))
            )
        });
        for menu in open() {
            if chosen {
                close(&menu);
            } else if !menu.contains(target.as_deref()) {
                menu.set_open(false);
            }
        }
    });
    window_event_listener(ev::keydown, |event| {
        if event.key() == "Escape" {
            open().for_each(|menu| close(&menu));
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
