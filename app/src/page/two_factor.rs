//! Profile → Two-factor authentication.

mod add;
mod new_codes;
mod passkey;
mod remove_app;
mod turn_off;

pub use add::AddFactor;
use add::AddForm;
pub use new_codes::NewCodes;
pub use passkey::{PasskeyRemoval, PasskeyRenaming};
pub use remove_app::AppRemoval;
pub use turn_off::TurnOff;

use super::{loaded, profile_frame::Me};
use crate::{
    act::passkey::CONFIRM,
    context,
    form::{PostForm, posted_errors},
    part::{
        page_head::PageHead,
        profile::{AuthenticatorCard, FactorStatus, PasskeyCard},
    },
    routes,
    ui::{
        ErrorSummary, Notice, PasskeyButton, PasskeyFields, PasskeyStatus, PasswordAgain,
        SignInAgain, Submit, TabTitle, TextField,
    },
    words::{common, passkey as passkey_words, two_factor as words},
};
use domain::second_factor::SecondFactor;
use leptos::prelude::*;
use management::Session;

/// The second factors of the person, or how to add one.
#[component]
pub fn TwoFactor() -> impl IntoView {
    let session = Me::from_frame().session;
    let lead = if session.has_password() {
        words::LEAD
    } else {
        words::LEAD_WITHOUT_PASSWORD
    };
    let content = loaded(async move {
        let factor = session.second_factor().await?;
        if let Some(step) = add::next_step(&session, factor.as_ref()) {
            return Ok(step);
        }
        Ok(match factor {
            Some(factor) => view! {
                // Another factor was added meanwhile, in another tab.
                <ErrorSummary errors=add::errors() />
                {on(factor, add::offers_passkey(&session))}
            }
            .into_any(),
            None => view! { <Off session /> }.into_any(),
        })
    });
    view! { <Head title=words::TITLE lead /> {content} }
}

/// The heading of these pages.
#[component]
fn Head(title: &'static str, lead: &'static str) -> impl IntoView {
    view! {
        <TabTitle text=words::tab(title) />
        <PageHead title lead />
    }
}

/// The buttons below a form that leads back to the page about the second factor.
#[component]
fn Actions(
    /// The words on the button.
    submit: &'static str,
    /// The button's, as for [`Submit`].
    variant: &'static str,
) -> impl IntoView {
    view! {
        <div class="form-actions">
            <Submit label=submit variant />
            <a class="button" data-variant="ghost" href=routes::TWO_FACTOR>
                {common::CANCEL}
            </a>
        </div>
    }
}

/// A form that requires a proof of the second factor: a passkey, or a code.
#[component]
fn ProofForm(
    /// The path of the server function.
    action: &'static str,
    /// The words on the button, and the name of the section.
    submit: &'static str,
    /// The button's, as for [`Submit`].
    #[prop(default = "primary")]
    variant: &'static str,
) -> impl IntoView {
    let session = Me::from_frame().session;
    let form = loaded(async move {
        let factor = session.second_factor().await?;
        let app = factor.is_none_or(|factor| factor.app_since.is_some());
        let passkey = session.has_passkey() && context::passkeys_offered();
        Ok(proof_form(
            session.is_fresh(),
            (app, passkey),
            action,
            (submit, variant),
        ))
    });
    view! {
        <section class="card" aria-label=submit>
            {form}
        </section>
    }
}

/// `action`, `submit` and `variant` as for [`ProofForm`]. A person without an app has recovery codes only.
fn proof_form(
    fresh: bool,
    (app, passkey): (bool, bool),
    action: &'static str,
    (submit, variant): (&'static str, &'static str),
) -> impl IntoView {
    let errors = Signal::stored(posted_errors(action));
    let by_passkey = passkey.then(|| {
        view! {
            <div class="proof" data-needs-passkeys="">
                <PasskeyFields />
                <PasskeyButton label=passkey_words::USE purpose=CONFIRM />
                <PasskeyStatus />
                <p class="auth-or">
                    <span>{passkey_words::OR}</span>
                </p>
            </div>
        }
    });
    // A passkey is the proof as well, so one button is enough.
    let again = SignInAgain {
        passkey: false,
        ..SignInAgain::from_frame()
    };
    let (label, hint) = words::code_field(app);
    view! {
        <PostForm action errors>
            {by_passkey}
            <TextField name="code" label hint autocomplete="one-time-code" errors />
            <PasswordAgain fresh errors again />
            <Actions submit variant />
        </PostForm>
    }
}

#[component]
fn Off(session: Session) -> impl IntoView {
    let notice = if session.must_enrol() {
        words::REQUIRED
    } else if session.has_password() {
        words::OFF
    } else {
        words::OFF_WITHOUT_PASSWORD
    };
    let passkey = add::offers_passkey(&session);
    view! {
        <section class="card" aria-labelledby="set-up">
            <h2 id="set-up">{words::ways(passkey)}</h2>
            <Notice tone="warning">{notice}</Notice>
            <AddForm passkey session />
        </section>
    }
}

fn on(factor: SecondFactor, offered: bool) -> AnyView {
    let now = context::now().unwrap_or(factor.since);
    let removable = !factor.passkeys.is_empty();
    let several = factor.app_since.is_some() || factor.passkeys.len() > 1;
    let passkeys = factor.passkeys;
    let passkeys =
        (offered || removable).then(|| view! { <PasskeyCard passkeys several offered now /> });
    view! {
        <FactorStatus since=factor.since recovery_codes=factor.recovery_codes now />
        {passkeys}
        <AuthenticatorCard since=factor.app_since removable now />
    }
    .into_any()
}
