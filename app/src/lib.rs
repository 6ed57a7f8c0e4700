//! The screens: server functions, pages, parts, charts, and the plain components beneath them.
#![recursion_limit = "512"]
#![expect(
    clippy::needless_pass_by_value,
    reason = "a component owns its properties: it may outlive whoever made it"
)]

pub mod api;
pub mod chart;
pub mod context;
pub mod error;
pub mod form;
pub mod page;
pub mod part;
pub mod program;
pub mod routes;
pub mod ui;
pub mod words;

mod focus;

use leptos::prelude::*;
use leptos_meta::{MetaTags, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    path,
};
use page::{
    api_keys::ApiKeys,
    frame::Frame,
    home::Home,
    lazy::{self, Page},
    not_found::NotFound,
};
use program::Program;
use ui::{
    LiveRegion, copy_button,
    live::{Announcer, Modals},
    menu, reading,
    time::Clock,
};

/// The document around [`App`], rendered by the server alone.
pub fn shell() -> impl IntoView {
    context::provide_nonce();
    // The answer to a plain post stays as it is: it may hold a secret, which no script may find in its data.
    let program = (!form::is_plain_answer()).then(|| view! { <Program /> });
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=context::theme().attribute() data-now=context::now().map(|now| now.0)>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <link rel="stylesheet" href="/pkg/latchkey.css" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                {program}
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// Everything in the body.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let modals = Modals::provide();
    let announcer = Announcer::provide();
    Clock::provide();
    menu::listen();
    reading::listen();
    copy_button::listen(move || modals.topmost().unwrap_or(announcer));
    view! {
        <a class="skip-link" href="#main" rel="external">
            {words::common::SKIP}
        </a>
        <Router>
            <focus::FocusHeading />
            <Routes fallback=NotFound>
                <Route path=path!("/") view=Page::Here(|| Home().into_any()) ssr=SsrMode::Async />
                <Route path=path!("/sign-in") view=lazy::sign_in() ssr=SsrMode::Async />
                <Route path=path!("/setup") view=lazy::setup() ssr=SsrMode::Async />
                <Route path=path!("/invite/:token") view=lazy::invitation() ssr=SsrMode::Async />
                <Route path=path!("/reset/:token") view=lazy::reset() ssr=SsrMode::Async />
                <Route path=path!("/support") view=lazy::support() ssr=SsrMode::Async />
                <ParentRoute path=path!("/apps/:app") view=Page::Here(|| Frame().into_any()) ssr=SsrMode::Async>
                    <Route path=path!("") view=lazy::overview() ssr=SsrMode::Async />
                    <Route path=path!("/settings/general") view=lazy::general() ssr=SsrMode::Async />
                    <ParentRoute path=path!("/settings/members") view=lazy::members() ssr=SsrMode::Async>
                        <Route path=path!("") view=Page::Here(|| ().into_any()) ssr=SsrMode::Async />
                        <Route path=path!("/invite") view=lazy::invite() ssr=SsrMode::Async />
                        <Route path=path!("/:person/role") view=lazy::member_role() ssr=SsrMode::Async />
                        <Route
                            path=path!("/:person/remove")
                            view=lazy::member_removal()
                            ssr=SsrMode::Async
                        />
                    </ParentRoute>
                    <Route path=path!("/settings/requests") view=lazy::requests() ssr=SsrMode::Async />
                    <Route path=path!("/settings/security-events") view=lazy::security_events() ssr=SsrMode::Async />
                    <Route path=path!("/settings/audit-log") view=lazy::audit_log() ssr=SsrMode::Async />
                    <ParentRoute path=path!("/settings/api-keys") view=Page::Here(|| ApiKeys().into_any()) ssr=SsrMode::Async>
                        <Route path=path!("") view=Page::Here(|| ().into_any()) ssr=SsrMode::Async />
                        <Route path=path!("/new") view=lazy::new_key() ssr=SsrMode::Async />
                        <Route path=path!("/revoke-selected") view=lazy::revoke_selected() ssr=SsrMode::Async />
                        <Route path=path!("/revoke-all") view=lazy::revoke_all() ssr=SsrMode::Async />
                    </ParentRoute>
                    <ParentRoute path=path!("/settings/api-keys/:key") view=lazy::key() ssr=SsrMode::Async>
                        <Route path=path!("") view=Page::Here(|| ().into_any()) ssr=SsrMode::Async />
                        <Route path=path!("/edit") view=lazy::edit() ssr=SsrMode::Async />
                        <Route path=path!("/regenerate") view=lazy::regenerate() ssr=SsrMode::Async />
                        <Route path=path!("/revoke") view=lazy::revoke() ssr=SsrMode::Async />
                    </ParentRoute>
                </ParentRoute>
            </Routes>
        </Router>
        <LiveRegion announcer outer=true />
    }
}
