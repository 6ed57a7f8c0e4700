//! The second step of signing in.

use super::{loaded, query};
use crate::{
    act::two_factor::EnterSignInCode,
    context,
    form::{FormPage, posted_errors},
    part::frame::Brand,
    routes,
    ui::{ErrorSummary, Submit, TabTitle, TextField},
    words::two_factor as words,
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The form for a code; without a sign-in that waits for one, it leads to the sign-in page.
#[component]
pub fn SignInCode() -> impl IntoView {
    let next = query(|query| query.get("next").unwrap_or_default());
    let form = loaded(async move {
        let token = context::pending_sign_in().unwrap_or_default();
        if context::keyring()?.is_code_required(&token).await? {
            return Ok(view! { <Form next /> }.into_any());
        }
        context::redirect(routes::SIGN_IN_AFTER_EXPIRY);
        Ok(view! { <OtherAccount /> }.into_any())
    });
    view! {
        <TabTitle text=words::SIGN_IN_TAB />
        <main id="main" class="auth" tabindex="-1">
            <div class="auth-card">
                <Brand />
                <h1 tabindex="-1">{words::SIGN_IN}</h1>
                {form}
            </div>
        </main>
    }
}

#[component]
fn Form(next: String) -> impl IntoView {
    let errors = Signal::stored(posted_errors(EnterSignInCode::PATH));
    view! {
        <p>{words::SIGN_IN_LEAD}</p>
        <ErrorSummary errors />
        <form method="post" action=EnterSignInCode::PATH novalidate="" autocomplete="off">
            <FormPage />
            <input type="hidden" name="next" value=next />
            <TextField
                name="code"
                label=words::ANY_CODE
                hint=words::ANY_CODE_HINT
                autocomplete="one-time-code"
                errors
                autofocus=true
            />
            <Submit label=words::SIGN_IN_SUBMIT />
        </form>
        <p class="auth-note">{words::LOST}</p>
        <OtherAccount />
    }
}

#[component]
fn OtherAccount() -> impl IntoView {
    view! {
        <p class="auth-note">
            <a href="/sign-in">{words::OTHER_ACCOUNT}</a>
        </p>
    }
}
