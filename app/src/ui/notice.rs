//! A highlighted paragraph.

use super::icon::{Icon, Shape};
use leptos::prelude::*;

/// A notice in one of the tones `info`, `warning`, `danger`, `success`.
#[component]
pub fn Notice(
    /// Its tone.
    #[prop(default = "info")]
    tone: &'static str,
    /// The words, without blocks.
    children: Children,
) -> impl IntoView {
    let shape = match tone {
        "warning" | "danger" => Shape::Warning,
        "success" => Shape::Check,
        _ => Shape::Info,
    };
    view! {
        <div class="notice" data-tone=tone>
            <Icon shape />
            <p>{children()}</p>
        </div>
    }
}
