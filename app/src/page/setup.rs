//! The first run.

use super::loaded;
use crate::{
    act::setup::SetUp,
    context,
    form::{FormPage, posted_errors, typed},
    part::frame::Brand,
    ui::{ErrorSummary, Submit, TabTitle, TextField},
    words::setup as words,
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The form for the first account, its application, and its owner; leads to the sign-in once they exist.
#[component]
pub fn Setup() -> impl IntoView {
    let form = loaded(async {
        if !context::keyring()?.people().needs_setup().await? {
            context::redirect("/sign-in");
        }
        Ok(view! { <SetupForm /> })
    });
    view! {
        <TabTitle text=words::TAB />
        <main id="main" class="auth" tabindex="-1">
            <div class="auth-card">
                <Brand />
                <h1 tabindex="-1">{words::SET_UP}</h1>
                {form}
            </div>
        </main>
    }
}

#[component]
fn SetupForm() -> impl IntoView {
    let errors = Signal::stored(posted_errors(SetUp::PATH));
    let again = |field| typed(SetUp::PATH, field);
    view! {
        <ErrorSummary errors />
        <form method="post" action=SetUp::PATH novalidate="">
            <FormPage />
            <TextField
                name="token"
                label=words::TOKEN
                hint=words::TOKEN_HINT
                value=None
                errors
            />
            <TextField
                name="account"
                label=words::ACCOUNT
                hint=words::ACCOUNT_HINT
                autocomplete="organization"
                value=again("account")
                errors
            />
            <TextField
                name="application"
                label=words::APPLICATION
                hint=words::APPLICATION_HINT
                value=again("application")
                errors
            />
            <TextField
                name="email"
                label=words::EMAIL
                kind="email"
                autocomplete="username"
                value=again("email")
                errors
            />
            <TextField
                name="password"
                label=words::PASSWORD
                kind="password"
                hint=words::PASSWORD_HINT
                autocomplete="new-password"
                value=None
                errors
            />
            <Submit label=words::SET_UP />
        </form>
    }
}
