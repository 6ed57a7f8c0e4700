//! The second step of signing in.

use super::{loaded, query};
use crate::{
    act::{
        passkey::{AnswerSignIn, SECOND_STEP},
        two_factor::EnterSignInCode,
    },
    context,
    form::{FormPage, posted_errors},
    part::frame::Brand,
    routes,
    ui::{
        ErrorSummary, PasskeyButton, PasskeyFields, PasskeyStatus, PasskeysNeedJs, TabTitle,
        TextField,
    },
    words::{passkey, two_factor as words},
};
use leptos::{prelude::*, server_fn::ServerFn};
use management::PendingFactors;

/// The forms for a passkey and for a code; without a sign-in that waits for one, it leads to the sign-in page.
#[component]
pub fn SignInCode() -> impl IntoView {
    let next = query(|query| query.get("next").unwrap_or_default());
    let form = loaded(async move {
        let token = context::pending_sign_in().unwrap_or_default();
        if let Some(factors) = context::keyring()?
            .sign_in()
            .pending_factors(&token)
            .await?
        {
            return Ok(view! { <Forms next factors /> }.into_any());
        }
        context::redirect(&routes::sign_in_after_expiry(&next));
        let title = words::SIGN_IN;
        Ok(view! {
            <TabTitle text=words::tab_at_sign_in(title) />
            <h1 tabindex="-1">{title}</h1>
            <OtherAccount />
        }
        .into_any())
    });
    view! {
        <main id="main" class="auth" tabindex="-1">
            <div class="auth-card">
                <Brand />
                {form}
            </div>
        </main>
    }
}

#[component]
fn Forms(next: String, factors: PendingFactors) -> impl IntoView {
    let mut errors = posted_errors(EnterSignInCode::PATH);
    errors.extend(posted_errors(AnswerSignIn::PATH));
    let errors = Signal::stored(errors);
    let app = factors.app;
    let passkey = factors.passkey && context::passkeys_offered();
    let lead = match (app, passkey) {
        (true, false) => words::SIGN_IN_LEAD,
        (true, true) => words::SIGN_IN_EITHER_LEAD,
        (false, true) => words::SIGN_IN_PASSKEY_LEAD,
        (false, false) => words::SIGN_IN_RECOVERY_LEAD,
    };
    let (label, hint) = words::code_field(app);
    let variant = if passkey { "secondary" } else { "primary" };
    let title = if passkey {
        words::SIGN_IN_EITHER
    } else {
        words::SIGN_IN
    };
    let autofocus = !passkey;
    let passkey_form = passkey.then(|| {
        view! {
            <PasskeysNeedJs />
            <PasskeyStep next=next.clone() />
        }
    });
    view! {
        <TabTitle text=words::tab_at_sign_in(title) />
        <h1 tabindex="-1">{title}</h1>
        <p>{lead}</p>
        <ErrorSummary errors />
        {passkey_form}
        <form method="post" action=EnterSignInCode::PATH novalidate="" autocomplete="off">
            <FormPage />
            <input type="hidden" name="next" value=next />
            <TextField
                name="code"
                label
                hint
                autocomplete="one-time-code"
                errors
                autofocus
            />
            <button type="submit" class="button" data-variant=variant>
                {words::SIGN_IN_SUBMIT}
            </button>
        </form>
        <p class="auth-note">{words::LOST}</p>
        <OtherAccount />
    }
}

/// The form that takes a passkey in place of a code.
#[component]
fn PasskeyStep(next: String) -> impl IntoView {
    view! {
        <form
            method="post"
            action=AnswerSignIn::PATH
            class="auth-other"
            novalidate=""
            data-needs-passkeys=""
        >
            <FormPage />
            <input type="hidden" name="next" value=next />
            <PasskeyFields />
            <PasskeyButton label=passkey::USE purpose=SECOND_STEP variant="primary" autofocus=true />
            <PasskeyStatus />
            <p class="auth-or">
                <span>{passkey::OR}</span>
            </p>
        </form>
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
