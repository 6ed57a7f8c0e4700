//! The browser's program: how a page names what it needs of it, and starts it.

use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::Meta;
use std::{collections::HashMap, sync::Arc};

/// The files of each chunk, beneath `/pkg`; the server provides them to the pages that it renders.
#[derive(Clone, Debug)]
pub struct Chunks(pub Arc<HashMap<String, Vec<String>>>);

/// Starts the program at the first pointer, key or focus, or as soon as a page is painted that has a dialog or a live part. Until
/// then nothing of it is fetched.
#[component]
pub fn Program() -> impl IntoView {
    view! {
        <script type="module" nonce=use_nonce()>
            {include_str!("program.js")}
        </script>
    }
}

/// Names a chunk that the page needs, with its files, in the page's head.
pub fn name(chunk: &'static str) {
    if let Some(Chunks(chunks)) = use_context()
        && let Some(files) = chunks.get(chunk)
    {
        let content = format!("{chunk} {}", files.join(" "));
        // What belongs into the head gets there by being rendered.
        _ = view! { <Meta name="chunk" content /> }.to_html();
    }
}

/// Whether the page that the server rendered names this chunk.
pub fn names(chunk: &str) -> bool {
    let named = format!("meta[name=chunk][content^='{chunk} ']");
    matches!(document().query_selector(&named), Ok(Some(_)))
}
