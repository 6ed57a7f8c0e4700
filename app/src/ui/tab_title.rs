//! The document's title.

use leptos::prelude::*;
use leptos_meta::Title;

/// Sets the document's title to `text`.
///
/// `leptos_meta` writes a title into the server's HTML as it is, and sets it as text in the browser. So the server
/// escapes it here, and the browser does not. Pages use this component and never [`Title`] itself.
#[component]
pub fn TabTitle(
    /// The title, unescaped.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    #[cfg(feature = "ssr")]
    let text = text.to_html();
    view! { <Title text /> }
}
