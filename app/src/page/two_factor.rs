//! Profile → Two-factor authentication.

mod new_codes;
mod turn_off;

pub use new_codes::NewCodes;
pub use turn_off::TurnOff;

use super::{loaded, profile_frame::Me};
use crate::{
    act::two_factor::{ConfirmTwoFactor, NewAuthenticator, NewRecoveryCodes, StartTwoFactor},
    context,
    form::{FormPage, posted, posted_errors, typed},
    part::profile::{AuthenticatorForm, RecoveryCodeList},
    routes,
    ui::{ErrorSummary, Notice, PasswordAgain, Submit, TabTitle, TextField, Time},
    words::{common, two_factor as words},
};
use domain::second_factor::SecondFactor;
use leptos::{prelude::*, server_fn::ServerFn};
use management::Session;

/// Fewer recovery codes than this are a reason to make new ones.
const FEW_CODES: usize = 3;

/// What the person has, or the way to it.
#[component]
pub fn TwoFactor() -> impl IntoView {
    let session = Me::from_frame().session;
    let content = loaded(async move {
        if let Some(Ok(made)) = posted::<NewRecoveryCodes>(ConfirmTwoFactor::PATH) {
            return Ok(view! { <RecoveryCodeList made /> }.into_any());
        }
        Ok(match session.second_factor().await? {
            Some(factor) => view! { <On factor /> }.into_any(),
            None => match new_authenticator(&session) {
                Some(made) => view! { <AuthenticatorForm made /> }.into_any(),
                None => view! { <Off session /> }.into_any(),
            },
        })
    });
    view! { <Head title=words::TITLE lead=words::LEAD /> {content} }
}

/// The heading of these pages.
#[component]
fn Head(title: &'static str, lead: &'static str) -> impl IntoView {
    view! {
        <TabTitle text=words::tab(title) />
        <div class="page-head">
            <h1 tabindex="-1">{title}</h1>
            <p class="page-lead">{lead}</p>
        </div>
    }
}

/// A form that requires a code of the second factor, and leads back to the page about it.
#[component]
fn CodeForm(
    /// The path of the server function.
    action: &'static str,
    /// The words on the button, and the name of the section.
    submit: &'static str,
    /// The button's, as for [`Submit`].
    #[prop(default = "primary")]
    variant: &'static str,
) -> impl IntoView {
    let fresh = Me::from_frame().session.is_fresh();
    let errors = Signal::stored(posted_errors(action));
    view! {
        <section class="card" aria-label=submit>
            <form method="post" action=action class="form" novalidate="" autocomplete="off">
                <FormPage />
                <ErrorSummary errors />
                <TextField
                    name="code"
                    label=words::ANY_CODE
                    hint=words::ANY_CODE_HINT
                    autocomplete="one-time-code"
                    errors
                />
                <PasswordAgain fresh errors />
                <div class="form-actions">
                    <Submit label=submit variant />
                    <a class="button" data-variant="ghost" href=routes::TWO_FACTOR>
                        {common::CANCEL}
                    </a>
                </div>
            </form>
        </section>
    }
}

/// The secret that was just made, or the one whose code was wrong.
fn new_authenticator(session: &Session) -> Option<NewAuthenticator> {
    if let Some(Ok(made)) = posted(StartTwoFactor::PATH) {
        return Some(made);
    }
    let setup = typed(ConfirmTwoFactor::PATH, "setup")?;
    let setup = session.fresh().ok()?.open_setup(&setup)?;
    Some(setup.into())
}

#[component]
fn Off(session: Session) -> impl IntoView {
    let mut errors = posted_errors(StartTwoFactor::PATH);
    errors.extend(posted_errors(ConfirmTwoFactor::PATH));
    let errors = Signal::stored(errors);
    let notice = if session.must_enrol() {
        words::REQUIRED
    } else {
        words::OFF
    };
    let fresh = session.is_fresh();
    view! {
        <section class="card" aria-labelledby="set-up">
            <h2 id="set-up">{words::METHOD}</h2>
            <Notice tone="warning">{notice}</Notice>
            <form
                method="post"
                action=StartTwoFactor::PATH
                class="form"
                novalidate=""
                autocomplete="off"
            >
                <FormPage />
                <ErrorSummary errors />
                <PasswordAgain fresh errors />
                <div class="form-actions">
                    <Submit label=words::START />
                </div>
            </form>
        </section>
    }
}

#[component]
fn On(factor: SecondFactor) -> impl IntoView {
    let now = context::now().unwrap_or(factor.since);
    let few = (factor.recovery_codes < FEW_CODES)
        .then(|| view! { <Notice tone="warning">{words::FEW_CODES}</Notice> });
    view! {
        <section class="card" aria-labelledby="factors">
            <h2 id="factors">{words::METHOD}</h2>
            {few}
            <dl class="facts">
                <dt>{words::STATUS}</dt>
                <dd>
                    <span class="status" data-state="active">
                        <span class="status-dot"></span>
                        {words::ON}
                    </span>
                    {words::SINCE}
                    <Time at=factor.since now />
                </dd>
                <dt>{words::RECOVERY_CODES}</dt>
                <dd>{words::codes_left(factor.recovery_codes)}</dd>
            </dl>
            <div class="form-actions">
                <a class="button" data-variant="secondary" href=routes::NEW_RECOVERY_CODES>
                    {words::NEW_CODES}
                </a>
                <a class="button" data-variant="secondary" href=routes::TURN_OFF_TWO_FACTOR>
                    {words::TURN_OFF}
                </a>
            </div>
        </section>
    }
}
