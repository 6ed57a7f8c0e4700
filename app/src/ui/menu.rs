//! A menu that opens without JavaScript.

use super::icon::{Icon, Shape};
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;

/// `<details>` with an icon to open it; Escape, a click elsewhere and a choice close it.
#[component]
pub fn Menu(
    /// The accessible name of what opens it.
    #[prop(into)]
    label: String,
    /// Links and buttons.
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Details>::new();
    close_from_outside(node);
    view! {
        <details class="menu" node_ref=node on:keydown=move |event| close_on_escape(&event, node)>
            <summary class="icon-button" role="button" aria-label=label>
                <Icon shape=Shape::Dots />
            </summary>
            <div class="menu-panel">{children()}</div>
        </details>
    }
}

/// Closes the menu on Escape and gives the focus back to what opened it.
pub fn close_on_escape(event: &ev::KeyboardEvent, node: NodeRef<html::Details>) {
    let Some(menu) = node.get_untracked() else {
        return;
    };
    if event.key() == "Escape" && menu.open() {
        event.stop_propagation();
        menu.set_open(false);
        if let Ok(Some(summary)) = menu.query_selector("summary") {
            _ = summary.unchecked_into::<web_sys::HtmlElement>().focus();
        }
    }
}

/// Closes the menu when something else is clicked.
pub fn close_from_outside(node: NodeRef<html::Details>) {
    Effect::new(move |_| {
        let listener = window_event_listener(ev::click, move |event| {
            let target = event
                .target()
                .and_then(|target| target.dyn_into::<web_sys::Node>().ok());
            if let Some(menu) = node.get_untracked()
                && !menu.contains(target.as_ref())
            {
                menu.set_open(false);
            }
        });
        on_cleanup(move || listener.remove());
    });
}
