//! Asking for a link that resets a password, by e-mail.

use super::query;
use crate::{
    act::reset::RequestReset,
    context,
    form::{FormPage, posted_errors, typed},
    part::frame::Brand,
    routes,
    ui::{ErrorSummary, Submit, TabTitle, TextField},
    words::reset as words,
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The form for the address, and what to do next once it was sent, or where no mail server is configured.
#[component]
pub fn ForgotPassword() -> impl IntoView {
    let sent = query(|query| query.get("after").unwrap_or_default()) == routes::SENT;
    let content = if !context::sends_mail() {
        view! { <NoMail /> }.into_any()
    } else if sent {
        view! { <Message title=words::SENT text=words::SENT_LEAD /> }.into_any()
    } else {
        view! { <Form /> }.into_any()
    };
    view! {
        <TabTitle text=words::FORGOT_TAB />
        <main id="main" class="auth" tabindex="-1">
            <div class="auth-card">
                <Brand />
                {content}
                <p class="auth-note">
                    <a href="/sign-in">{words::SIGN_IN}</a>
                </p>
            </div>
        </main>
    }
}

/// Who creates a link for the person instead.
#[component]
fn NoMail() -> impl IntoView {
    let [command, option] = words::NO_MAIL_COMMAND;
    view! {
        <h1 tabindex="-1">{words::FORGOT}</h1>
        <p>{words::NO_MAIL}</p>
        <p>{words::NO_MAIL_OPERATOR}</p>
        <p>
            <code translate="no">
                <span>{command}</span>
                " "
                <span>{option}</span>
            </code>
        </p>
    }
}

#[component]
fn Message(title: &'static str, text: &'static str) -> impl IntoView {
    view! {
        <h1 tabindex="-1">{title}</h1>
        <p role="status">{text}</p>
    }
}

#[component]
fn Form() -> impl IntoView {
    let errors = Signal::stored(posted_errors(RequestReset::PATH));
    view! {
        <h1 tabindex="-1">{words::FORGOT}</h1>
        <p>{words::FORGOT_LEAD}</p>
        <ErrorSummary errors />
        <form method="post" action=RequestReset::PATH novalidate="">
            <FormPage />
            <TextField
                name="email"
                label=words::EMAIL
                kind="email"
                autocomplete="username"
                value=typed(RequestReset::PATH, "email")
                errors
            />
            <Submit label=words::SEND />
        </form>
    }
}
