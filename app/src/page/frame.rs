//! The frame of an application's pages.

use super::{Here, param};
use crate::{
    api::home::{Whereabouts, whereabouts},
    error::AppError,
    part::{AccountMenu, AppSwitch, Changes, Shell},
    routes,
    ui::{Icon, Shape, time::Clock},
    words::frame,
};
use domain::account::Role;
use leptos::prelude::*;
use leptos_router::components::{A, Outlet};

/// The side navigation of an application, and the page beside it.
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
    let application = move || {
        Suspend::new(async move {
            here.await.ok().map(|here: Whereabouts| {
                view! { <AppSwitch current=here.application all=here.applications /> }
            })
        })
    };
    let account = move || {
        Suspend::new(async move {
            here.await
                .ok()
                .map(|here| view! { <AccountMenu identity=here.identity theme=here.theme /> })
        })
    };
    view! {
        <Shell
            head=move || view! { <Transition>{application}</Transition> }
            foot=move || view! { <Transition>{account}</Transition> }
            navigation=move || view! { <Navigation app here /> }
        >
            <Outlet />
        </Shell>
    }
}

#[component]
fn Navigation(
    /// The application's id.
    app: Memo<String>,
    here: Resource<Result<Whereabouts, AppError>>,
) -> impl IntoView {
    let critical = move || {
        Suspend::new(async move {
            let count = here.await.ok()?.open_events.critical;
            (count > 0).then(|| {
                view! {
                    <span class="sidebar-count">
                        {count} <span class="visually-hidden">{frame::CRITICAL_EVENTS}</span>
                    </span>
                }
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
                        <Transition>{critical}</Transition>
                    </A>
                </li>
            </ul>
            <p class="sidebar-heading" id="navigation-settings">
                {frame::SETTINGS}
            </p>
            <ul class="sidebar-links" aria-labelledby="navigation-settings">
                <li>
                    <A href=move || routes::general(&app.get())>
                        <Icon shape=Shape::Settings />
                        {frame::GENERAL}
                    </A>
                </li>
                <li>
                    <A href=move || routes::members(&app.get())>
                        <Icon shape=Shape::People />
                        {frame::MEMBERS}
                    </A>
                </li>
                <Transition>{audit_log}</Transition>
            </ul>
    }
}
