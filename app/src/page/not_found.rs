//! What is not there.

use leptos::prelude::*;
use leptos_meta::Title;

/// The page for addresses that lead nowhere.
#[component]
pub fn NotFound() -> impl IntoView {
    crate::context::not_found();
    view! {
        <Title text="Not found · Latchkey" />
        <main id="main" class="auth" tabindex="-1">
            <div class="auth-card">
                <h1 tabindex="-1">"Nothing here"</h1>
                <p>"The address may be mistyped, or what was here is gone."</p>
                <p>
                    <a class="button" data-variant="secondary" href="/">
                        "Go to the beginning"
                    </a>
                </p>
            </div>
        </main>
    }
}
