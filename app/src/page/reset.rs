//! What is behind a link that resets a password.

use super::{
    link::{Ended, has_ended},
    loaded, param,
};
use crate::{
    act::reset::ResetPassword,
    context,
    form::posted_errors,
    part::frame::Brand,
    routes,
    ui::{ErrorSummary, Submit, TabTitle, TextField, Time},
    words::{invitation, reset},
};
use domain::time::Timestamp;
use leptos::{prelude::*, server_fn::ServerFn};

/// The form for another password.
#[component]
pub fn Reset() -> impl IntoView {
    let token = param("token");
    let ended = has_ended(ResetPassword::PATH);
    let form = loaded(async move {
        let keyring = context::keyring()?;
        Ok(match keyring.password_reset(&token).await? {
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
    view! {
        <TabTitle text=reset::TAB />
        <main id="main" class="auth" tabindex="-1">
            <div class="auth-card">
                <Brand />
                {form}
            </div>
        </main>
    }
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
    let errors = Signal::stored(posted_errors(ResetPassword::PATH));
    // No address but this one knows the page: `Referer` does not name it.
    let page = format!("/reset/{token}");
    view! {
        <h1 tabindex="-1">{reset::TITLE}</h1>
        <p>{reset::LEAD}</p>
        <ErrorSummary errors />
        <form method="post" action=ResetPassword::PATH novalidate="">
            <input type="hidden" name="page" value=page />
            <input type="hidden" name="token" value=token />
            <div class="field">
                <label for="email">{invitation::EMAIL}</label>
                <input
                    id="email"
                    type="email"
                    readonly=true
                    value=email
                    autocomplete="username"
                />
            </div>
            <TextField
                name="password"
                label=reset::PASSWORD
                kind="password"
                hint=reset::HINT
                autocomplete="new-password"
                value=None
                errors
            />
            <Submit label=reset::SUBMIT />
        </form>
        <p class="auth-note">{invitation::ENDS} <Time at=expires_at now /></p>
    }
}
