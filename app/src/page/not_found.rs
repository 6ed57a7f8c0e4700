//! What is not there.

use crate::{ui::TabTitle, words::not_found as words};
use leptos::prelude::*;

/// The page for addresses that lead nowhere.
#[component]
pub fn NotFound() -> impl IntoView {
    crate::context::not_found();
    view! {
        <TabTitle text=words::TAB />
        <main id="main" class="auth" tabindex="-1">
            <div class="auth-card">
                <h1 tabindex="-1">{words::TITLE}</h1>
                <p>{words::LEAD}</p>
                <p>
                    <a class="button" data-variant="secondary" href="/">
                        {words::TO_DASHBOARD}
                    </a>
                </p>
            </div>
        </main>
    }
}
