//! The name of the product.

use crate::words::common as words;
use leptos::prelude::*;

/// The mark and the name, leading to the beginning.
#[component]
pub fn Brand() -> impl IntoView {
    view! {
        <a class="brand" href="/">
            <svg class="brand-mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
                <rect width="24" height="24" rx="6"></rect>
                <path d="M10 11a3.25 3.25 0 1 0 0-6.5A3.25 3.25 0 0 0 10 11Zm0 0v8.5h5.5M10 15.5h3.5"></path>
            </svg>
            {words::PRODUCT}
        </a>
    }
}
