//! What is not there.

use crate::{ui::TabTitle, words::door};
use leptos::prelude::*;

/// The page for addresses that lead nowhere.
#[component]
pub fn NotFound() -> impl IntoView {
    crate::context::not_found();
    view! {
        <TabTitle text=door::NOT_FOUND_TAB />
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
