//! The document around every page, and the routes.

use crate::page::{
    api_keys::ApiKeys,
    application::{AccountName, Archive, Delete, Restore},
    audit_log::AuditLog,
    edit::Edit,
    factor_policy::FactorPolicyDialog,
    forgot_password::ForgotPassword,
    frame::Frame,
    general::General,
    home::Home,
    invitation::Invitation,
    invite::{Invite, Renew},
    key::Key,
    member::{ApplicationRole, Leaving, MemberRemoval, MemberReset, MemberRole, Transfer},
    member_factors::MemberFactors,
    members::Members,
    new_application::NewApplication,
    new_key::NewKey,
    not_found::NotFound,
    overview::Overview,
    profile::{EmailChange, PasswordChange, Profile},
    profile_frame::ProfileFrame,
    regenerate::Regenerate,
    requests::Requests,
    reset::Reset,
    revoke::{Deactivate, Revoke},
    revoke_all::RevokeAll,
    revoke_selected::RevokeSelected,
    scopes::Scopes,
    security_events::SecurityEvents,
    sessions::Sessions,
    setup::Setup,
    sign_in::SignIn,
    sign_in_code::SignInCode,
    support::Support,
    two_factor::{
        AddFactor, AppRemoval, NewCodes, PasskeyRemoval, PasskeyRenaming, TurnOff, TwoFactor,
    },
};
use crate::{program::Program, ui::LiveRegion, words};
use leptos::prelude::*;
use leptos_meta::{MetaTags, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    path,
};

/// The document around [`App`], rendered by the server alone.
pub fn shell() -> impl IntoView {
    crate::context::provide_nonce();
    if let Some(page) = Owner::current_shared_context() {
        // Only islands are hydrated. Otherwise Leptos would write what the page's resources have read into the page.
        page.set_is_hydrating(false);
    }
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=crate::context::theme().attribute() data-now=crate::context::now().map(|now| now.0)>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <link rel="stylesheet" href="/pkg/latchkey.css" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <Program />
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
    view! {
        <a class="skip-link" href="#main">
            {words::common::SKIP}
        </a>
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/") view=Home ssr=SsrMode::Async />
                <Route path=path!("/sign-in") view=SignIn ssr=SsrMode::Async />
                <Route path=path!("/sign-in/code") view=SignInCode ssr=SsrMode::Async />
                <Route path=path!("/forgot-password") view=ForgotPassword ssr=SsrMode::Async />
                <Route path=path!("/setup") view=Setup ssr=SsrMode::Async />
                <Route path=path!("/invite/:token") view=Invitation ssr=SsrMode::Async />
                <Route path=path!("/reset/:token") view=Reset ssr=SsrMode::Async />
                <Route path=path!("/support") view=Support ssr=SsrMode::Async />
                <ParentRoute path=path!("/profile") view=ProfileFrame ssr=SsrMode::Async>
                    <Route path=path!("") view=Profile ssr=SsrMode::Async />
                    <Route path=path!("/email") view=EmailChange ssr=SsrMode::Async />
                    <Route path=path!("/password") view=PasswordChange ssr=SsrMode::Async />
                    <Route path=path!("/sessions") view=Sessions ssr=SsrMode::Async />
                    <Route path=path!("/two-factor") view=TwoFactor ssr=SsrMode::Async />
                    <Route path=path!("/two-factor/add") view=AddFactor ssr=SsrMode::Async />
                    <Route path=path!("/two-factor/remove-app") view=AppRemoval ssr=SsrMode::Async />
                    <Route
                        path=path!("/two-factor/passkeys/:passkey/rename")
                        view=PasskeyRenaming
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("/two-factor/passkeys/:passkey/remove")
                        view=PasskeyRemoval
                        ssr=SsrMode::Async
                    />
                    <Route path=path!("/two-factor/recovery-codes") view=NewCodes ssr=SsrMode::Async />
                    <Route path=path!("/two-factor/turn-off") view=TurnOff ssr=SsrMode::Async />
                </ParentRoute>
                <ParentRoute path=path!("/apps/:app") view=Frame ssr=SsrMode::Async>
                    <Route path=path!("") view=Overview ssr=SsrMode::Async />
                    <Route path=path!("/new-application") view=NewApplication ssr=SsrMode::Async />
                    <ParentRoute path=path!("/settings/general") view=General ssr=SsrMode::Async>
                        <Route path=path!("") view=Nothing ssr=SsrMode::Async />
                        <Route path=path!("/account") view=AccountName ssr=SsrMode::Async />
                        <Route path=path!("/archive") view=Archive ssr=SsrMode::Async />
                        <Route path=path!("/restore") view=Restore ssr=SsrMode::Async />
                        <Route path=path!("/delete") view=Delete ssr=SsrMode::Async />
                    </ParentRoute>
                    <ParentRoute path=path!("/settings/members") view=Members ssr=SsrMode::Async>
                        <Route path=path!("") view=Nothing ssr=SsrMode::Async />
                        <Route path=path!("/invite") view=Invite ssr=SsrMode::Async />
                        <Route path=path!("/two-factor") view=FactorPolicyDialog ssr=SsrMode::Async />
                        <Route path=path!("/leave") view=Leaving ssr=SsrMode::Async />
                        <Route path=path!("/:person/role") view=MemberRole ssr=SsrMode::Async />
                        <Route
                            path=path!("/:person/application-role")
                            view=ApplicationRole
                            ssr=SsrMode::Async
                        />
                        <Route path=path!("/:person/transfer") view=Transfer ssr=SsrMode::Async />
                        <Route path=path!("/:person/remove") view=MemberRemoval ssr=SsrMode::Async />
                        <Route path=path!("/:person/reset") view=MemberReset ssr=SsrMode::Async />
                        <Route
                            path=path!("/invitations/:invitation/renew")
                            view=Renew
                            ssr=SsrMode::Async
                        />
                        <Route path=path!("/:person/two-factor") view=MemberFactors ssr=SsrMode::Async />
                    </ParentRoute>
                    <Route path=path!("/settings/requests") view=Requests ssr=SsrMode::Async />
                    <Route
                        path=path!("/settings/security-events")
                        view=SecurityEvents
                        ssr=SsrMode::Async
                    />
                    <Route path=path!("/settings/scopes") view=Scopes ssr=SsrMode::Async />
                    <Route path=path!("/settings/audit-log") view=AuditLog ssr=SsrMode::Async />
                    <ParentRoute path=path!("/settings/api-keys") view=ApiKeys ssr=SsrMode::Async>
                        <Route path=path!("") view=Nothing ssr=SsrMode::Async />
                        <Route path=path!("/new") view=NewKey ssr=SsrMode::Async />
                        <Route path=path!("/revoke-selected") view=RevokeSelected ssr=SsrMode::Async />
                        <Route path=path!("/revoke-all") view=RevokeAll ssr=SsrMode::Async />
                    </ParentRoute>
                    <ParentRoute path=path!("/settings/api-keys/:key") view=Key ssr=SsrMode::Async>
                        <Route path=path!("") view=Nothing ssr=SsrMode::Async />
                        <Route path=path!("/edit") view=Edit ssr=SsrMode::Async />
                        <Route path=path!("/deactivate") view=Deactivate ssr=SsrMode::Async />
                        <Route path=path!("/regenerate") view=Regenerate ssr=SsrMode::Async />
                        <Route path=path!("/revoke") view=Revoke ssr=SsrMode::Async />
                    </ParentRoute>
                </ParentRoute>
            </Routes>
        </Router>
        <LiveRegion />
    }
}

/// A page without a dialog above it.
#[component]
fn Nothing() -> impl IntoView {}
