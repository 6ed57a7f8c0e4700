//! The page of a password reset link.

use super::{
    link::{Ended, LinkForm, LinkPage, has_ended},
    loaded, param,
};
use crate::{
    act::reset::ResetPassword,
    context, routes,
    words::{invitation, reset},
};
use domain::time::Timestamp;
use leptos::{prelude::*, server_fn::ServerFn};

/// The form for another password.
#[component]
pub fn Reset() -> impl IntoView {
    let token = param("token");
    let ended = has_ended(ResetPassword::PATH);
    let content = loaded(async move {
        let keyring = context::keyring()?;
        Ok(match keyring.password_resets().find(&token).await? {
            Some(open) if !ended => {
                let (email, expires_at) = (open.email.to_string(), open.expires_at);
                view! { <Form token email expires_at now=keyring.now() /> }.into_any()
            }
            _ => {
                context::not_found();
                gone(ended).into_any()
            }
        })
    });
    view! { <LinkPage tab=reset::TAB content /> }
}

fn gone(sent: bool) -> impl IntoView {
    let again = context::sends_mail().then(|| {
        view! {
            <p class="auth-note">
                <a href=routes::FORGOT_PASSWORD>{reset::REQUEST_NEW}</a>
            </p>
        }
    });
    view! {
        <Ended title=reset::GONE lead=reset::GONE_LEAD sign_in=invitation::SIGN_IN sent />
        {again}
    }
}

#[component]
fn Form(token: String, email: String, expires_at: Timestamp, now: Timestamp) -> impl IntoView {
    view! {
        <h1 tabindex="-1">{reset::TITLE}</h1>
        <p>{reset::LEAD}</p>
        <LinkForm
            action=ResetPassword::PATH
            page=format!("/reset/{token}")
            token
            email
            label=reset::PASSWORD
            hint=reset::HINT
            autocomplete="new-password"
            submit=reset::SUBMIT
            expires_at
            now
        />
    }
}
