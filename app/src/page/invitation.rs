//! What is behind the link of an invitation.

use super::{
    link::{Ended, has_ended},
    param,
};
use crate::{
    api::invitation::{AcceptInvitation, OpenInvitation, show_invitation},
    error::AppError,
    form::posted_errors,
    part::Brand,
    ui::{ErrorState, ErrorSummary, Submit, TabTitle, TextField, Time},
    words::invitation,
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The account that somebody is asked to join, and the form that does it.
#[component]
pub fn Invitation() -> impl IntoView {
    let token = param("token");
    let found = Resource::new_blocking(move || token.get(), show_invitation);
    let ended = has_ended(AcceptInvitation::PATH);
    view! {
        <TabTitle text=invitation::TAB />
        <main id="main" class="auth" tabindex="-1">
            <div class="auth-card">
                <Brand />
                <Suspense>
                    {move || Suspend::new(async move {
                        match found.await {
                            Ok(open) if !ended => {
                                view! { <Form token=token.get_untracked() open /> }.into_any()
                            }
                            Ok(_) | Err(AppError::NotFound) => gone(ended).into_any(),
                            Err(error) => view! { <ErrorState error /> }.into_any(),
                        }
                    })}
                </Suspense>
            </div>
        </main>
    }
}

fn gone(sent: bool) -> impl IntoView {
    view! { <Ended title=invitation::GONE lead=invitation::GONE_LEAD sign_in=invitation::SIGN_IN sent /> }
}

#[component]
fn Form(token: String, open: OpenInvitation) -> impl IntoView {
    let errors = Signal::stored(posted_errors(AcceptInvitation::PATH));
    let OpenInvitation { welcome, now } = open;
    // No address but this one knows the page: `Referer` does not name it.
    let page = format!("/invite/{token}");
    view! {
        <h1 tabindex="-1">{invitation::title(&welcome.account)}</h1>
        <p>{invitation::lead(&welcome.invited_by, welcome.role)}</p>
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
