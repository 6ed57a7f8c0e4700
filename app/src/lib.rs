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
pub mod routes;
pub mod ui;
pub mod words;

mod focus;

use leptos::{hydration::HydrationScripts, prelude::*};
use leptos_meta::{MetaTags, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    path,
};
use page::{
    api_keys::ApiKeys,
    edit::Edit,
    frame::Frame,
    general::General,
    home::Home,
    invitation::Invitation,
    invite::Invite,
    key::Key,
    member::{MemberRemoval, MemberRole},
    new_key::NewKey,
    not_found::NotFound,
    regenerate::Regenerate,
    revoke::Revoke,
    revoke_all::RevokeAll,
    revoke_selected::RevokeSelected,
    setup::Setup,
    sign_in::SignIn,
    support::Support,
};
use ui::{
    LiveRegion,
    live::{Announcer, Modals},
    ready::provide_ready,
    time::Clock,
};

/// The document around [`App`], rendered by the server alone.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    context::provide_nonce();
    // The answer to a plain post stays as it is: it may hold a secret, which no script may find in its data.
    let scripts =
        (!form::is_plain_answer()).then(|| view! { <HydrationScripts options=options.clone() /> });
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=context::theme().attribute()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <link rel="stylesheet" href="/pkg/latchkey.css" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                {scripts}
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
    provide_ready();
    Modals::provide();
    Clock::provide();
    let announcer = Announcer::provide();
    view! {
        <a class="skip-link" href="#main" rel="external">
            "Skip to the content"
        </a>
        <Router>
            <focus::FocusHeading />
            <Routes fallback=NotFound>
                <Route path=path!("/") view=Home ssr=SsrMode::Async />
                <Route path=path!("/sign-in") view=SignIn ssr=SsrMode::Async />
                <Route path=path!("/setup") view=Setup ssr=SsrMode::Async />
                <Route path=path!("/invite/:token") view=Invitation ssr=SsrMode::Async />
                <Route path=path!("/support") view=Support ssr=SsrMode::Async />
                <ParentRoute path=path!("/apps/:app/settings") view=Frame ssr=SsrMode::Async>
                    <ParentRoute path=path!("/general") view=General ssr=SsrMode::Async>
                        <Route path=path!("") view=|| () ssr=SsrMode::Async />
                        <Route path=path!("/invite") view=Invite ssr=SsrMode::Async />
                        <Route path=path!("/members/:person/role") view=MemberRole ssr=SsrMode::Async />
                        <Route
                            path=path!("/members/:person/remove")
                            view=MemberRemoval
                            ssr=SsrMode::Async
                        />
                    </ParentRoute>
                    <ParentRoute path=path!("/api-keys") view=ApiKeys ssr=SsrMode::Async>
                        <Route path=path!("") view=|| () ssr=SsrMode::Async />
                        <Route path=path!("/new") view=NewKey ssr=SsrMode::Async />
                        <Route path=path!("/revoke-selected") view=RevokeSelected ssr=SsrMode::Async />
                        <Route path=path!("/revoke-all") view=RevokeAll ssr=SsrMode::Async />
                    </ParentRoute>
                    <ParentRoute path=path!("/api-keys/:key") view=Key ssr=SsrMode::Async>
                        <Route path=path!("") view=|| () ssr=SsrMode::Async />
                        <Route path=path!("/edit") view=Edit ssr=SsrMode::Async />
                        <Route path=path!("/regenerate") view=Regenerate ssr=SsrMode::Async />
                        <Route path=path!("/revoke") view=Revoke ssr=SsrMode::Async />
                    </ParentRoute>
                </ParentRoute>
            </Routes>
        </Router>
        <LiveRegion announcer outer=true />
    }
}
