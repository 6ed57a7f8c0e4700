//! The frame of an application's pages.

use super::{Here, param};
use crate::{
    api::home::{AppContext, app_context},
    error::AppError,
    part::{AccountMenu, AppSwitch, PassingDialogs, Shell, Toasts},
    routes,
    ui::{Icon, Shape},
    words::frame,
};
use domain::account::Role;
use leptos::prelude::*;
use leptos_router::{components::Outlet, hooks::use_location};

/// The side navigation of an application, and the page beside it.
#[component]
pub fn Frame() -> impl IntoView {
    let app = param("app");
    let here = Resource::new(move || app.get(), app_context);
    provide_context(Here(here));
    let application = move || {
        Suspend::new(async move {
            here.await.ok().map(|here: AppContext| {
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
            navigation=move || view! { <Navigation app=app.get_untracked() here /> }
        >
            <Outlet />
        </Shell>
        <PassingDialogs />
        <Toasts app=app.get_untracked() />
    }
}

#[component]
fn Navigation(
    /// The application's id.
    app: String,
    here: Resource<Result<AppContext, AppError>>,
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
    let log = routes::audit_log(&app);
    let audit_log = move || {
        let log = log.clone();
        Suspend::new(async move {
            let here = here.await.ok()?;
            (here.identity.role == Role::Owner).then(|| {
                view! {
                    <li>
                        <PageLink href=log>
                            <Icon shape=Shape::Log />
                            {frame::AUDIT_LOG}
                        </PageLink>
                    </li>
                }
            })
        })
    };
    view! {
        <ul class="sidebar-links">
            <li>
                <PageLink href=routes::overview(&app) exact=true>
                    <Icon shape=Shape::Chart />
                    {frame::OVERVIEW}
                </PageLink>
            </li>
            <li>
                <PageLink href=routes::list(&app)>
                    <Icon shape=Shape::Key />
                    {frame::API_KEYS}
                </PageLink>
            </li>
            <li>
                <PageLink href=routes::requests(&app)>
                    <Icon shape=Shape::Clock />
                    {frame::REQUESTS}
                </PageLink>
            </li>
            <li>
                <PageLink href=routes::security_events(&app)>
                    <Icon shape=Shape::Shield />
                    {frame::SECURITY_EVENTS}
                    <Transition>{critical}</Transition>
                </PageLink>
            </li>
        </ul>
        <p class="sidebar-heading" id="navigation-settings">
            {frame::SETTINGS}
        </p>
        <ul class="sidebar-links" aria-labelledby="navigation-settings">
            <li>
                <PageLink href=routes::general(&app)>
                    <Icon shape=Shape::Settings />
                    {frame::GENERAL}
                </PageLink>
            </li>
            <li>
                <PageLink href=routes::members(&app)>
                    <Icon shape=Shape::People />
                    {frame::MEMBERS}
                </PageLink>
            </li>
            <Transition>{audit_log}</Transition>
        </ul>
    }
}

/// A link of the navigation. It is the current one on its page and on the pages beneath.
#[component]
fn PageLink(
    /// The page's path.
    href: String,
    /// Whether it is not the current one on the pages beneath.
    #[prop(optional)]
    exact: bool,
    /// An icon and words.
    children: Children,
) -> impl IntoView {
    let path = use_location().pathname.get_untracked();
    let rest = path.strip_prefix(&href).map(|rest| match rest {
        "/" => "",
        rest => rest,
    });
    let current = rest.is_some_and(|rest| rest.is_empty() || (!exact && rest.starts_with('/')));
    view! {
        <a href=href aria-current=current.then_some("page")>
            {children()}
        </a>
    }
}
