//! What is behind the link of an invitation.

use super::{
    link::{Ended, has_ended},
    loaded, param,
};
use crate::{
    act::invitation::AcceptInvitation,
    context,
    form::posted_errors,
    part::frame::Brand,
    ui::{ErrorSummary, Sentence, Submit, TabTitle, TextField, Time},
    words::invitation,
};
use domain::{member::InvitationDetails, time::Timestamp};
use leptos::{prelude::*, server_fn::ServerFn};

/// The account that a person is invited to, and the form that accepts.
#[component]
pub fn Invitation() -> impl IntoView {
    let token = param("token");
    let ended = has_ended(AcceptInvitation::PATH);
    let invitation = loaded(async move {
        let keyring = context::keyring()?;
        Ok(match keyring.welcome(&token).await? {
            Some(welcome) if !ended => {
                view! { <Form token welcome now=keyring.now() /> }.into_any()
            }
            _ => {
                context::not_found();
                gone(ended).into_any()
            }
        })
    });
    view! {
        <TabTitle text=invitation::TAB />
        <main id="main" class="auth" tabindex="-1">
            <div class="auth-card">
                <Brand />
                {invitation}
            </div>
        </main>
    }
}

fn gone(sent: bool) -> impl IntoView {
    view! { <Ended title=invitation::GONE lead=invitation::GONE_LEAD sign_in=invitation::SIGN_IN sent /> }
}

#[component]
fn Form(token: String, welcome: InvitationDetails, now: Timestamp) -> impl IntoView {
    let errors = Signal::stored(posted_errors(AcceptInvitation::PATH));
    // No address but this one knows the page: `Referer` does not name it.
    let page = format!("/invite/{token}");
    let title = Sentence::about([&welcome.account], |[account]| invitation::title(account)).view();
    let lead = Sentence::about([&welcome.invited_by], |[by]| {
        invitation::lead(by, welcome.role)
    });
    let lead = lead.view();
    view! {
        <h1 tabindex="-1">{title}</h1>
        <p>{lead}</p>
        <ErrorSummary errors />
        <form method="post" action=AcceptInvitation::PATH novalidate="">
            <input type="hidden" name="page" value=page />
            <input type="hidden" name="token" value=token />
            <div class="field">
                <label for="email">{invitation::EMAIL}</label>
                <input
                    id="email"
                    type="email"
                    readonly=true
                    value=welcome.email.to_string()
                    autocomplete="username"
                />
            </div>
            <TextField
                name="password"
                label=invitation::PASSWORD
                kind="password"
                hint=invitation::PASSWORD_HINT
                autocomplete="current-password"
                value=None
                errors
            />
            <Submit label=invitation::ACCEPT />
        </form>
        <p class="auth-note">{invitation::ENDS} <Time at=welcome.expires_at now /></p>
    }
}
