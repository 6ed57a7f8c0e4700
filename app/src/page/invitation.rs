//! The page of an invitation link.

use super::{
    link::{Ended, LinkForm, LinkPage, has_ended},
    loaded, param,
};
use crate::{act::invitation::AcceptInvitation, context, ui::Sentence, words::invitation};
use domain::{member::InvitationDetails, time::Timestamp};
use leptos::{prelude::*, server_fn::ServerFn};

/// The account that a person is invited to, and the form that accepts.
#[component]
pub fn Invitation() -> impl IntoView {
    let token = param("token");
    let ended = has_ended(AcceptInvitation::PATH);
    let content = loaded(async move {
        let keyring = context::keyring()?;
        Ok(match keyring.invitations().find(&token).await? {
            Some(welcome) if !ended => {
                view! { <Form token welcome now=keyring.now() /> }.into_any()
            }
            _ => {
                context::not_found();
                gone(ended).into_any()
            }
        })
    });
    view! { <LinkPage tab=invitation::TAB content /> }
}

fn gone(sent: bool) -> impl IntoView {
    view! { <Ended title=invitation::GONE lead=invitation::GONE_LEAD sign_in=invitation::SIGN_IN sent /> }
}

#[component]
fn Form(token: String, welcome: InvitationDetails, now: Timestamp) -> impl IntoView {
    let title = Sentence::about([&welcome.account], |[account]| invitation::title(account)).view();
    let lead = Sentence::about([&welcome.invited_by], |[by]| {
        invitation::lead(by, welcome.role)
    });
    let lead = lead.view();
    view! {
        <h1 tabindex="-1">{title}</h1>
        <p>{lead}</p>
        <LinkForm
            action=AcceptInvitation::PATH
            page=format!("/invite/{token}")
            token
            email=welcome.email.to_string()
            label=invitation::PASSWORD
            hint=invitation::PASSWORD_HINT
            autocomplete="current-password"
            submit=invitation::ACCEPT
            expires_at=welcome.expires_at
            now
        />
    }
}
