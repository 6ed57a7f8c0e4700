//! Signing in.

use super::{loaded, query};
use crate::{
    act::{
        passkey::{SIGN_IN, SignInWithPasskey},
        session::SignIn as SignInAction,
    },
    context,
    form::{FormPage, posted_errors, typed},
    part::frame::Brand,
    routes,
    ui::{
        ErrorSummary, Notice, PasskeyButton, PasskeyFields, PasskeyStatus, Submit, TabTitle,
        TextField,
    },
    words::{passkey, reset, setup, sign_in as words, single_sign_on, two_factor},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The form that opens a session.
#[component]
pub fn SignIn() -> impl IntoView {
    let mut errors = posted_errors(SignInAction::PATH);
    errors.extend(posted_errors(SignInWithPasskey::PATH));
    let no_errors = errors.is_empty();
    let errors = Signal::stored(errors);
    let next = query(|query| query.get("next").unwrap_or_default());
    let passkey_form =
        context::passkeys_offered().then(|| view! { <PasskeySignIn next=next.clone() /> });
    let after = query(|query| query.get("after").unwrap_or_default());
    let reset =
        (after == routes::RESET).then(|| view! { <Notice tone="success">{reset::DONE}</Notice> });
    let expired = (after == routes::EXPIRY)
        .then(|| view! { <Notice tone="warning">{two_factor::SIGN_IN_EXPIRED}</Notice> });
    let refused_by = query(|query| query.get("sso").unwrap_or_default());
    let provider = provider();
    let refused = provider
        .as_deref()
        .and_then(|name| single_sign_on::refusal(&refused_by, name))
        .map(|why| view! { <Notice tone="warning">{why}</Notice> });
    // One rule for both other ways. A browser that has no passkeys hides it where there is no provider.
    let or = (passkey_form.is_some() || provider.is_some()).then(|| {
        view! {
            <p class="auth-or" data-needs-passkeys=provider.is_none().then_some("")>
                <span>{passkey::OR}</span>
            </p>
        }
    });
    let provider = provider.map(|name| view! { <ProviderLink name next=next.clone() /> });
    // Another request of the browser has renewed its session meanwhile. Without `next`, it may be for another person.
    let back = routes::local_path(&next)
        .filter(|_| after.is_empty() && refused_by.is_empty() && no_errors)
        .map(str::to_owned);
    let setup = loaded(async move {
        if let Some(path) = back
            && context::is_signed_in().await?
        {
            context::redirect(&path);
        }
        let needed = context::keyring()?.people().needs_setup().await?;
        Ok(needed.then(|| {
            view! {
                <p class="auth-note">
                    {words::NO_ACCOUNTS}
                    <a href="/setup">{setup::SET_UP}</a>
                </p>
            }
        }))
    });
    view! {
        <TabTitle text=words::TAB />
        <main id="main" class="auth" tabindex="-1">
            <div class="auth-card">
                <Brand />
                <h1 tabindex="-1">{words::SIGN_IN}</h1>
                <ErrorSummary errors />
                <div role="status">{reset} {expired} {refused}</div>
                <form method="post" action=SignInAction::PATH novalidate="">
                    <FormPage />
                    <input type="hidden" name="next" value=next />
                    <TextField
                        name="email"
                        label=words::EMAIL
                        kind="email"
                        autocomplete="username"
                        value=typed(SignInAction::PATH, "email")
                        errors
                    />
                    <TextField
                        name="password"
                        label=words::PASSWORD
                        kind="password"
                        autocomplete="current-password"
                        value=None
                        errors
                    />
                    <Submit label=words::SIGN_IN />
                </form>
                <p class="auth-note">
                    <a href=routes::FORGOT_PASSWORD>{words::FORGOT}</a>
                </p>
                {or}
                {passkey_form}
                {provider}
                {setup}
            </div>
        </main>
    }
}

/// The form that signs in with a passkey alone.
#[component]
fn PasskeySignIn(next: String) -> impl IntoView {
    view! {
        <form
            method="post"
            action=SignInWithPasskey::PATH
            class="auth-other"
            novalidate=""
            data-needs-passkeys=""
        >
            <FormPage />
            <input type="hidden" name="next" value=next />
            <PasskeyFields />
            <PasskeyButton label=passkey::SIGN_IN purpose=SIGN_IN />
            <PasskeyStatus />
        </form>
    }
}

/// The name of the identity provider, if there is one.
fn provider() -> Option<String> {
    let keyring = context::keyring().ok()?;
    Some(keyring.identity_provider().settings()?.name.clone())
}

/// The link to the identity provider.
#[component]
fn ProviderLink(
    /// The provider's name.
    name: String,
    /// The path of the page after the sign-in.
    next: String,
) -> impl IntoView {
    view! {
        <div class="auth-provider">
            <a
                class="button"
                data-variant="secondary"
                href=routes::single_sign_on("", &next)
                rel="external"
            >
                {single_sign_on::continue_with(&name)}
            </a>
        </div>
    }
}
