//! What stands around every page of an application.

use super::{Here, param};
use crate::{
    api::home::{Whereabouts, whereabouts},
    part::{AccountMenu, AppSwitch, Brand, Changes},
    routes,
    ui::{Icon, Shape, time::Clock},
    words::frame,
};
use domain::account::Role;
use leptos::prelude::*;
use leptos_router::components::{A, Outlet};

/// The side navigation, and room for the page.
#[component]
pub fn Frame() -> impl IntoView {
    let app = param("app");
    let here = Resource::new(move || app.get(), whereabouts);
    provide_context(Here(here));
    Changes::provide();
    Effect::new(move |_| {
        if let Some(Ok(here)) = here.get() {
            Clock::show_in(&here.application.time_zone);
        }
    });
    let account = move || {
        Suspend::new(async move {
            here.await
                .ok()
                .map(|here| view! { <AccountMenu identity=here.identity theme=here.theme /> })
        })
    };
    let application = move || {
        Suspend::new(async move {
            here.await.ok().map(|here: Whereabouts| {
                view! { <AppSwitch current=here.application all=here.applications /> }
            })
        })
    };
    let audit_log = move || {
        Suspend::new(async move {
            let here = here.await.ok()?;
            (here.identity.role == Role::Owner).then(|| {
                view! {
                    <li>
                        <A href=move || routes::audit_log(&app.get())>
                            <Icon shape=Shape::Log />
                            {frame::AUDIT_LOG}
                        </A>
                    </li>
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
            <nav class="sidebar" aria-label=frame::NAVIGATION>
                <Brand />
                <Transition>{application}</Transition>
                <p class="sidebar-heading">{frame::APP_SETTINGS}</p>
                <ul class="sidebar-links">
                    <li>
                        <A href=move || routes::overview(&app.get()) exact=true>
                            <Icon shape=Shape::Chart />
                            {frame::OVERVIEW}
                        </A>
                    </li>
                    <li>
                        <A href=move || routes::list(&app.get())>
                            <Icon shape=Shape::Key />
                            {frame::API_KEYS}
                        </A>
                    </li>
                    <li>
                        <A href=move || routes::requests(&app.get())>
                            <Icon shape=Shape::Clock />
                            {frame::REQUESTS}
                        </A>
                    </li>
                    <li>
                        <A href=move || routes::security_events(&app.get())>
                            <Icon shape=Shape::Shield />
                            {frame::SECURITY_EVENTS}
                        </A>
                    </li>
                    <li>
                        <A href=move || routes::general(&app.get())>
                            <Icon shape=Shape::Settings />
                            {frame::GENERAL}
                        </A>
                    </li>
                    <Transition>{audit_log}</Transition>
                </ul>
                <Transition>{account}</Transition>
            </nav>
            <main id="main" class="page" tabindex="-1">
                <Outlet />
            </main>
        </div>
    }
}
