//! Adding an authenticator app or a passkey.

use super::{Head, ProofForm};
use crate::{
    act::{
        passkey::{AddPasskey, PasskeyQuestion, StartPasskey},
        two_factor::{ConfirmTwoFactor, NewAuthenticator, ShownRecoveryCodes, StartTwoFactor},
    },
    context,
    error::FieldError,
    form::{PostForm, posted, posted_errors, typed},
    page::{loaded, profile_frame::Me, query},
    part::profile::{AuthenticatorForm, PasskeyForm, RecoveryCodeList},
    routes,
    ui::{ErrorSummary, PasskeysNeedJs, PasswordAgain},
    words::{common, passkey as passkey_words, two_factor as words},
};
use domain::{passkey::MAX_PASSKEYS, second_factor::SecondFactor};
use leptos::{prelude::*, server_fn::ServerFn};
use management::Session;

/// The factors that a person with a second factor can add.
#[component]
pub fn AddFactor() -> impl IntoView {
    let session = Me::from_frame().session;
    let content = loaded(async move {
        let factor = session.second_factor().await?;
        if let Some(step) = next_step(&session, factor.as_ref()) {
            return Ok(step);
        }
        let passkey = offers_passkey(&session);
        let Some(factor) = factor else {
            return Ok(view! {
                <section class="card" aria-labelledby="choose">
                    <h2 id="choose">{words::ways(passkey)}</h2>
                    <AddForm session passkey />
                </section>
            }
            .into_any());
        };
        let app = factor.app_since.is_none();
        let passkey = passkey && factor.passkeys.len() < MAX_PASSKEYS;
        Ok(beside(app, passkey))
    });
    view! { <Head title=words::ADD lead=words::ADD_LEAD /> {content} }
}

/// Whether the person can add a passkey on this page.
pub(super) fn offers_passkey(session: &Session) -> bool {
    session.has_password() && context::passkeys_offered()
}

/// The form that begins to add an app or a passkey to a second factor, which the person proves with it.
fn beside(app: bool, passkey: bool) -> AnyView {
    let errors = [ConfirmTwoFactor::PATH, AddPasskey::PATH];
    let errors: Vec<_> = errors.into_iter().flat_map(posted_errors).collect();
    let errors = view! { <ErrorSummary errors=Signal::stored(errors) /> };
    let wants_app = query(|query| query.get("method").is_some_and(|method| method == "app"));
    if app && (wants_app || !passkey) {
        return view! {
            {errors}
            <ProofForm action=StartTwoFactor::PATH submit=words::SET_UP_APP />
        }
        .into_any();
    }
    if !passkey {
        return view! { <p>{words::NOTHING_TO_ADD}</p> }.into_any();
    }
    let set_up_app = app.then(|| {
        view! {
            <a class="button" data-variant="primary" href=routes::ADD_AUTHENTICATOR>
                {words::SET_UP_APP}
            </a>
        }
    });
    view! {
        {errors}
        <div data-needs-passkeys="">
            <ProofForm action=StartPasskey::PATH submit=passkey_words::ADD />
        </div>
        <PasskeysNeedJs>
            <div class="form-actions">
                {set_up_app}
                <a class="button" data-variant="ghost" href=routes::TWO_FACTOR>
                    {common::CANCEL}
                </a>
            </div>
        </PasskeysNeedJs>
    }
    .into_any()
}

/// The page's response to a post: the form for the new app or passkey, or the recovery codes.
pub(super) fn next_step(session: &Session, factor: Option<&SecondFactor>) -> Option<AnyView> {
    let codes = posted::<Option<ShownRecoveryCodes>>(ConfirmTwoFactor::PATH)
        .or_else(|| posted(AddPasskey::PATH));
    if let Some(Ok(Some(made))) = codes {
        return Some(view! { <RecoveryCodeList made /> }.into_any());
    }
    if let Some(Ok(question)) = posted::<PasskeyQuestion>(StartPasskey::PATH) {
        let first = factor.is_none();
        return Some(view! { <PasskeyForm question first /> }.into_any());
    }
    if factor.is_some_and(|factor| factor.app_since.is_some()) {
        return None;
    }
    let made = new_authenticator(session)?;
    Some(view! { <AuthenticatorForm made /> }.into_any())
}

/// The secret that was just made, or the one whose code was wrong.
fn new_authenticator(session: &Session) -> Option<NewAuthenticator> {
    if let Some(Ok(made)) = posted(StartTwoFactor::PATH) {
        return Some(made);
    }
    let setup = typed(ConfirmTwoFactor::PATH, "setup")?;
    let setup = session.open_setup(&setup)?;
    Some(setup.into())
}

/// The errors of a post that adds a factor.
pub(super) fn errors() -> Signal<Vec<FieldError>> {
    let paths = [
        StartTwoFactor::PATH,
        ConfirmTwoFactor::PATH,
        StartPasskey::PATH,
        AddPasskey::PATH,
    ];
    Signal::stored(paths.into_iter().flat_map(posted_errors).collect())
}

/// The form that begins to add the first factor. It has one field for the password.
#[component]
pub(super) fn AddForm(
    /// The person's session.
    session: Session,
    /// Whether a passkey can be added.
    passkey: bool,
) -> impl IntoView {
    let errors = errors();
    let fresh = session.is_fresh();
    let hint = passkey.then(|| view! { <p data-needs-passkeys="">{words::CHOOSE_HINT}</p> });
    let with_passkey = passkey.then(|| {
        view! {
            <button
                type="submit"
                class="button"
                data-variant="primary"
                formaction=StartPasskey::PATH
                data-needs-passkeys=""
            >
                {passkey_words::ADD}
            </button>
        }
    });
    let (label, variant) = if passkey {
        (words::SET_UP_APP, "secondary")
    } else {
        (words::START, "primary")
    };
    let without_js = passkey.then(|| view! { <PasskeysNeedJs /> });
    view! {
        <PostForm action=StartTwoFactor::PATH errors>
            {hint}
            {without_js}
            <PasswordAgain fresh errors />
            <div class="form-actions">
                // First, so that the Enter key presses it: the other one does nothing without JavaScript.
                <button type="submit" class="button" data-variant=variant>
                    {label}
                </button>
                {with_passkey}
            </div>
        </PostForm>
    }
}
