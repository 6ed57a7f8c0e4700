//! The browser's program.

use leptos::{nonce::use_nonce, prelude::*};

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
