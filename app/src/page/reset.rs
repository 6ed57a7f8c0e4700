//! What is behind a link that resets a password.

use super::{
    link::{Ended, has_ended},
    param,
};
use crate::{
    api::reset::{ResetForm, ResetPassword, show_reset},
    error::AppError,
    form::{use_errors, use_outcome},
    part::Brand,
    ui::{ErrorState, ErrorSummary, Submit, TabTitle, TextField, Time},
    words::{invitation, reset},
};
use leptos::prelude::*;

/// The form for another password.
#[component]
pub fn Reset() -> impl IntoView {
    let token = param("token");
    let found = Resource::new_blocking(move || token.get(), show_reset);
    let action = ServerAction::<ResetPassword>::new();
    let ended = has_ended(action);
    view! {
        <TabTitle text=reset::TAB />
        <main id="main" class="auth" tabindex="-1">
            <div class="auth-card">
                <Brand />
                <Suspense>
                    {move || Suspend::new(async move {
                        match found.await {
                            Ok(open) => {
                                let token = token.get_untracked();
                                let form = move || {
                                    view! { <Form token=token.clone() open=open.clone() action /> }
                                };
                                (move || if ended.get() {
                                    gone(true).into_any()
                                } else {
                                    form().into_any()
                                })
                                    .into_any()
                            }
                            Err(AppError::NotFound) => gone(false).into_any(),
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
fn Form(token: String, open: ResetForm, action: ServerAction<ResetPassword>) -> impl IntoView {
    let errors = use_errors(use_outcome(action));
    // No address but this one knows the page: `Referer` does not name it.
    let page = format!("/reset/{token}");
    view! {
        <h1 tabindex="-1">{reset::TITLE}</h1>
        <p>{reset::LEAD}</p>
        <ErrorSummary errors />
        <ActionForm action attr:novalidate="">
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
            <Submit label=reset::SUBMIT pending=action.pending() />
        </ActionForm>
        <p class="auth-note">{invitation::ENDS} <Time at=open.expires_at now=open.now /></p>
    }
}
