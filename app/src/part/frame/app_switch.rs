//! Which application this is, and the way to the others.

use crate::{
    routes,
    ui::{Icon, Shape},
    words::frame,
};
use domain::account::Application;
use leptos::prelude::*;

/// The application's name, and where a person has several a menu of them.
#[component]
pub fn AppSwitch(
    /// The application of this page.
    current: Application,
    /// All that the person may see.
    all: Vec<Application>,
) -> impl IntoView {
    let label = frame::switch(&current.name);
    let id = current.id;
    let initial: String = current
        .name
        .chars()
        .take(1)
        .flat_map(char::to_uppercase)
        .collect();
    let name = view! {
        <div class="app-name">
            <span class="app-mark" aria-hidden="true">
                {initial}
            </span>
            <span>{current.name}</span>
            <small>{current.account_name}</small>
        </div>
    };
    if all.len() < 2 {
        return name.into_any();
    }
    let links = all
        .into_iter()
        .map(|application| {
            view! {
                <a
                    href=routes::list(&application.id.to_string())
                    aria-current=(application.id == id).then_some("true")
                >
                    <span>{application.name}</span>
                    <small>{application.account_name}</small>
                </a>
            }
        })
        .collect_view();
    view! {
        <details class="menu app-switch">
            <summary role="button" aria-label=label>
                {name}
                <Icon shape=Shape::ChevronDown />
            </summary>
            <div class="menu-panel">{links}</div>
        </details>
    }
    .into_any()
}
