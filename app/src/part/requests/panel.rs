//! The panel beside the request log.

use crate::{
    ui::{Icon, Shape},
    words::requests as words,
};
use leptos::prelude::*;

/// A region beside the log, with a link that closes it. On a narrow screen it is above the log.
#[component]
pub fn Panel(
    /// The heading.
    title: &'static str,
    /// The address of the log alone.
    back: String,
    /// The contents.
    children: Children,
) -> impl IntoView {
    view! {
        <aside class="request-panel" aria-labelledby="request-panel">
            <div class="request-panel-head">
                <h2 id="request-panel" tabindex="-1" data-focus="">
                    {title}
                </h2>
                <a class="icon-button" href=back aria-label=words::CLOSE_PANEL>
                    <Icon shape=Shape::Close />
                </a>
            </div>
            {children()}
        </aside>
    }
}
