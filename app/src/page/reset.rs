//! What is behind a link that resets a password.

use super::{
    link::{Ended, has_ended},
    param,
};
use crate::{
    api::reset::{ResetForm, ResetPassword, show_reset},
    error::AppError,
    form::posted_errors,
    part::Brand,
    ui::{ErrorState, ErrorSummary, Submit, TabTitle, TextField, Time},
    words::{invitation, reset},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The form for another password.
#[component]
pub fn Reset() -> impl IntoView {
    let token = param("token");
    let found = Resource::new_blocking(move || token.get(), show_reset);
    let ended = has_ended(ResetPassword::PATH);
    view! {
        <TabTitle text=reset::TAB />
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
    view! { <Ended title=reset::GONE lead=reset::GONE_LEAD sign_in=invitation::SIGN_IN sent /> }
}

#[component]
fn Form(token: String, open: ResetForm) -> impl IntoView {
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
                    value=open.email
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
        <p class="auth-note">{invitation::ENDS} <Time at=open.expires_at now=open.now /></p>
    }
}
