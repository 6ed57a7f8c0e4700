//! Parts that a server function renders, as HTML.

use leptos::{
    prelude::*,
    tachys::view::{Position, RenderFlags, RenderHtml},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The HTML of a view.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Markup(Arc<str>);

impl Markup {
    /// Renders a view.
    pub fn of(view: impl IntoView) -> Self {
        let mut html = String::new();
        let flags = RenderFlags::HYDRATE.with_hydrate(false);
        view.into_view()
            .to_html_with_buf(&mut html, &mut Position::FirstChild, flags, Vec::new());
        // Text nodes are separated for hydration all the same. No text and no attribute holds a `<` of its own.
        Self(html.replace("<!>", "").into())
    }
}

/// Data that a page goes on with, and parts that it only shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendered<T, M = Markup> {
    /// What the page goes on with.
    pub data: T,
    /// The parts; more than one if they are in several places.
    pub markup: M,
}

/// Shows a part.
#[component]
pub fn Show(
    /// The part.
    markup: Markup,
    /// The class of the element around it.
    class: &'static str,
) -> impl IntoView {
    view! { <div class=class inner_html=markup.0></div> }
}
