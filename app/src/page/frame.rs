//! The frame of an application's pages.

use super::{Here, not_found::NotFound, param, query};
use crate::{
    context,
    error::AppError,
    part::frame::{
        APPLICATIONS, AccountMenu, AppSwitch, Brand, CommandMenu, EnrolmentNotice, MenuApplication,
        PassingDialogs, Shell, Toasts,
    },
    read::in_turn,
    routes,
    ui::{ErrorState, Icon, Notice, Shape, TabTitle},
    words::{self, frame},
};
use domain::account::{Identity, Role};
use leptos::prelude::*;
use leptos_router::{components::Outlet, hooks::use_location};

/// The side navigation of an application, and the page beside it.
#[component]
pub fn Frame() -> impl IntoView {
    let app = param("app");
    in_turn(async move {
        match Here::read(&app).await {
            Ok(here) => framed(here),
            Err(error) => view! { <NoPage error /> }.into_any(),
        }
    })
}

fn framed(here: Here) -> AnyView {
    provide_context(here.clone());
    provide_context(here.again.clone());
    let deadline = here.enrolment;
    let (current, identity) = (here.viewer.application().clone(), here.viewer.identity());
    let (all, viewer) = (here.applications.clone(), here.viewer.clone());
    let shortcuts = here.shortcuts;
    let owner = here.owns_account();
    let application = MenuApplication {
        id: here.app(),
        can_create: here.editable(),
        owner,
    };
    let archived = here
        .is_archived()
        .then(|| view! { <Archived here=here.clone() /> });
    let search = query(|query| query.get(APPLICATIONS).unwrap_or_default());
    let others = here
        .applications
        .iter()
        .filter(|application| {
            application.id != here.viewer.application().id && application.archived_at.is_none()
        })
        .map(|application| {
            (
                application.name.clone(),
                routes::list(&application.id.to_string()),
            )
        })
        .collect();
    view! {
        <Shell
            head=move || {
                view! {
                    <AppSwitch
                        current=current.clone()
                        all=all.clone()
                        can_create=owner
                        search=search.clone()
                    />
                }
            }
            foot=move || {
                let Identity { email, name, role, .. } = identity.clone();
                view! { <AccountMenu email name role theme=context::theme() /> }
            }
            navigation=move || view! { <Navigation here=here.clone() /> }
            shortcuts
        >
            <EnrolmentNotice deadline />
            {archived}
            <Outlet />
        </Shell>
        <PassingDialogs shortcuts />
        <CommandMenu application others />
        <Toasts viewer />
    }
    .into_any()
}

/// Above every page of an archived application.
#[component]
fn Archived(here: Here) -> impl IntoView {
    let restore = (here.role() == Role::Owner).then(|| {
        view! {
            " "
            <a href=routes::restore(&here.app())>{words::application::RESTORE}</a>
        }
    });
    view! { <Notice tone="warning">{words::application::ARCHIVED} {restore}</Notice> }
}

/// A page that the reader has no access to, or that cannot be loaded.
#[component]
pub fn NoPage(
    /// The reason.
    error: AppError,
) -> impl IntoView {
    match error {
        AppError::NotFound => view! { <NotFound /> }.into_any(),
        error => view! {
            <TabTitle text=words::home::TAB />
            <main id="main" class="auth" tabindex="-1">
                <div class="auth-card">
                    <Brand />
                    <h1 class="visually-hidden" tabindex="-1">
                        {words::home::TAB}
                    </h1>
                    <ErrorState error />
                </div>
            </main>
        }
        .into_any(),
    }
}

#[component]
fn Navigation(here: Here) -> impl IntoView {
    let app = here.app();
    let count = here.open_events.critical;
    let critical = (count > 0).then(|| {
        view! {
            <span class="sidebar-count">
                {count} <span class="visually-hidden">{frame::CRITICAL_EVENTS}</span>
            </span>
        }
    });
    let audit_log = here.owns_account().then(|| {
        view! {
            <li>
                <PageLink href=routes::audit_log(&app)>
                    <Icon shape=Shape::Log />
                    {frame::AUDIT_LOG}
                </PageLink>
            </li>
        }
    });
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
                    {critical}
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
            <li>
                <PageLink href=routes::scopes(&app)>
                    <Icon shape=Shape::Checklist />
                    {frame::SCOPES}
                </PageLink>
            </li>
            {audit_log}
        </ul>
    }
}

/// A link of the navigation. It is the current one on its page and on the pages beneath.
#[component]
pub fn PageLink(
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
