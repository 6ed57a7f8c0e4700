//! What the pages of one-time links share: invitations and password resets.

use crate::{
    error::AppError,
    form::{posted_errors, refusal},
    part::frame::Brand,
    ui::{ErrorSummary, Submit, TabTitle, TextField, Time},
    words::invitation,
};
use domain::time::Timestamp;
use leptos::prelude::*;

/// Whether the link turned out to have ended when its form was sent to this server function.
pub fn has_ended(endpoint: &str) -> bool {
    matches!(refusal(endpoint), Some(AppError::NotFound))
}

/// Shown in place of the form if the link does not work. It takes the focus if the form was sent.
#[component]
pub fn Ended(
    /// The heading.
    title: &'static str,
    /// Why that may be, and what to do.
    lead: &'static str,
    /// The link to the sign-in page.
    sign_in: &'static str,
    /// Whether the form was sent.
    #[prop(optional)]
    sent: bool,
) -> impl IntoView {
    view! {
        <h1 tabindex="-1" data-focus=sent.then_some("")>
            {title}
        </h1>
        <p>{lead}</p>
        <p>
            <a class="button" data-variant="secondary" href="/sign-in">
                {sign_in}
            </a>
        </p>
    }
}

/// A page without the dashboard's frame.
#[component]
pub fn LinkPage(
    /// The title in the browser's tab.
    tab: &'static str,
    /// The content of the page.
    content: AnyView,
) -> impl IntoView {
    view! {
        <TabTitle text=tab />
        <main id="main" class="auth" tabindex="-1">
            <div class="auth-card">
                <Brand />
                {content}
            </div>
        </main>
    }
}

/// The form behind a link, which asks for a password.
#[component]
pub fn LinkForm(
    /// The path of the server function.
    action: &'static str,
    /// The path of the page. No other address knows it: `Referer` does not name it.
    page: String,
    /// The token of the link.
    token: String,
    /// The e-mail address of the person whom the link is for.
    email: String,
    /// The label of the password.
    label: &'static str,
    /// The hint of the field.
    hint: &'static str,
    /// The value of `autocomplete`.
    autocomplete: &'static str,
    /// The words on the button.
    submit: &'static str,
    /// When the link expires.
    expires_at: Timestamp,
    /// The server's clock.
    now: Timestamp,
) -> impl IntoView {
    let errors = Signal::stored(posted_errors(action));
    view! {
        <ErrorSummary errors />
        <form method="post" action=action novalidate="">
            <input type="hidden" name="page" value=page />
            <input type="hidden" name="token" value=token />
            <div class="field">
                <label for="email">{invitation::EMAIL}</label>
                <input id="email" type="email" readonly=true value=email autocomplete="username" />
            </div>
            <TextField
                name="password"
                label
                kind="password"
                hint
                autocomplete
                value=None
                errors
            />
            <Submit label=submit />
        </form>
        <p class="auth-note">{invitation::ENDS} <Time at=expires_at now /></p>
    }
}
