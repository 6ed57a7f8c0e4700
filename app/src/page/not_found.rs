//! The page for unknown addresses.

use crate::{part::frame::Brand, ui::TabTitle, words::not_found as words};
use leptos::prelude::*;

/// Says that there is no such page, with a link to the dashboard.
#[component]
pub fn NotFound() -> impl IntoView {
    crate::context::not_found();
    view! {
        <TabTitle text=words::TAB />
        <main id="main" class="auth" tabindex="-1">
            <div class="auth-card">
                <Brand />
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
