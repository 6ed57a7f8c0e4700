//! What is not there.

use crate::words::door;
use leptos::prelude::*;
use leptos_meta::Title;

/// The page for addresses that lead nowhere.
#[component]
pub fn NotFound() -> impl IntoView {
    crate::context::not_found();
    view! {
        <Title text=door::NOT_FOUND_TAB />
        <main id="main" class="auth" tabindex="-1">
            <div class="auth-card">
                <h1 tabindex="-1">{door::NOT_FOUND}</h1>
                <p>{door::NOT_FOUND_LEAD}</p>
                <p>
                    <a class="button" data-variant="secondary" href="/">
                        {door::TO_THE_BEGINNING}
                    </a>
                </p>
            </div>
        </main>
    }
}
