//! What stands around every page of an application.

use super::{Here, param};
use crate::{
    api::home::{Whereabouts, whereabouts},
    part::{AccountMenu, Brand, Changes},
    routes,
    ui::{Icon, Shape},
};
use leptos::prelude::*;
use leptos_router::components::{A, Outlet};

/// The side navigation, and room for the page.
#[component]
pub fn Frame() -> impl IntoView {
    let app = param("app");
    let here = Resource::new(move || app.get(), whereabouts);
    provide_context(Here(here));
    Changes::provide();
    let account = move || {
        Suspend::new(async move { here.await.ok().map(|here| view! { <AccountMenu here /> }) })
    };
    let application = move || {
        Suspend::new(async move {
            here.await.ok().map(|here: Whereabouts| {
                view! {
                    <div class="sidebar-app">
                        <span>{here.application.name}</span>
                        <small>{here.application.account_name}</small>
                    </div>
                }
            })
        })
    };
    view! {
        <div class="shell">
            <header class="topbar">
                <Brand />
                <Transition>{account}</Transition>
            </header>
            <nav class="sidebar" aria-label="Main">
                <Brand />
                <Transition>{application}</Transition>
                <p class="sidebar-heading">"App Settings"</p>
                <ul class="sidebar-links">
                    <li>
                        <A href=move || routes::list(&app.get())>
                            <Icon shape=Shape::Key />
                            "API Keys"
                        </A>
                    </li>
                    <li>
                        <A href=move || routes::general(&app.get())>
                            <Icon shape=Shape::Settings />
                            "General"
                        </A>
                    </li>
                </ul>
                <Transition>{account}</Transition>
            </nav>
            <main id="main" class="page" tabindex="-1">
                <Outlet />
            </main>
        </div>
    }
}
