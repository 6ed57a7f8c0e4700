//! The second factor of the signed-in person, and the second step of a sign-in.

#[cfg(feature = "ssr")]
use super::passkey_answer;
use crate::error::AppError;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A secret for an authenticator app that is not confirmed yet.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewAuthenticator {
    /// The secret in groups of letters and digits.
    pub secret: String,
    /// The secret as a link for an app.
    pub link: String,
    /// The encrypted secret, which the form that confirms it sends back.
    pub setup: String,
}

#[cfg(feature = "ssr")]
impl From<management::AuthenticatorSetup> for NewAuthenticator {
    fn from(setup: management::AuthenticatorSetup) -> Self {
        Self {
            secret: setup.text().to_string(),
            link: setup.link().to_string(),
            setup: setup.form,
        }
    }
}

/// New recovery codes, which are shown once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownRecoveryCodes {
    /// Ten codes.
    pub codes: Vec<String>,
}

/// The session of a person who adds a factor.
#[cfg(feature = "ssr")]
pub(super) enum Adding {
    /// A person without one.
    First(management::FreshSession),
    /// A person who has proved it.
    Another(management::ProvenSession),
}

/// The kind of a new second factor.
#[cfg(feature = "ssr")]
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum NewFactor {
    App,
    Passkey,
}

/// The session that adds to the second factor. A person who has one proves it with a code or a passkey, which stands for the password
/// too.
#[cfg(feature = "ssr")]
pub(super) async fn adding(
    password: &str,
    code: &str,
    passkey: management::PasskeyAnswer<'_>,
    new: NewFactor,
) -> Result<Adding, AppError> {
    let origin = crate::context::origin();
    if !passkey.credential.is_empty() {
        let session = crate::context::enrolling_session().await?;
        let proven = session.prove_by_passkey(passkey, &origin).await;
        let proven = crate::context::authenticated_again(proven)?;
        return match proven {
            Some(proven) => Ok(Adding::Another(proven)),
            None => Err(wrong_proof(passkey.credential).await),
        };
    }
    let session = crate::context::fresh_session(password).await?;
    if session.second_factor().await?.is_none() {
        return Ok(Adding::First(session));
    }
    let code = entered(code)?;
    let proven = match new {
        NewFactor::App => session.prove_for_app(code, &origin).await,
        NewFactor::Passkey => session.prove_for_passkey(code, &origin).await,
    };
    match proven.map_err(|error| not_begun(new, error))? {
        Some(proven) => Ok(Adding::Another(proven)),
        None => Err(wrong_proof("").await),
    }
}

/// Makes a secret for an authenticator app. It counts once [`confirm_two_factor`] has seen a code.
#[server(name = StartTwoFactor, prefix = "/api", endpoint = "start_two_factor")]
pub async fn start_two_factor(
    #[server(default)] password: String,
    #[server(default)] code: String,
    #[server(default)] challenge: String,
    #[server(default)] credential: String,
) -> Result<NewAuthenticator, AppError> {
    let (answer, app) = (passkey_answer(&challenge, &credential), NewFactor::App);
    let begun = match adding(&password, &code, answer, app).await? {
        Adding::First(session) => session.begin_enrolment().await,
        Adding::Another(session) => session.begin_enrolment().await,
    };
    Ok(begun.map_err(|error| not_begun(app, error))?.into())
}

/// Why a factor cannot be added.
#[cfg(feature = "ssr")]
fn not_begun(new: NewFactor, error: management::ManagementError) -> AppError {
    match error {
        management::ManagementError::Invalid(_) if new == NewFactor::App => {
            AppError::Conflict(crate::words::two_factor::ALREADY_ON.into())
        }
        error => error.into(),
    }
}

/// Adds the authenticator app of a form that only a fresh session gets, if it shows the right code. The first factor of a person
/// comes with recovery codes; after a passkey, it goes on to the page with all factors.
#[server(name = ConfirmTwoFactor, prefix = "/api", endpoint = "confirm_two_factor")]
pub async fn confirm_two_factor(
    setup: String,
    code: String,
) -> Result<Option<ShownRecoveryCodes>, AppError> {
    use crate::words::two_factor::{SETUP_EXPIRED, WRONG_CODE};
    let session = crate::context::enrolling_session().await?;
    let origin = crate::context::origin();
    let code = entered(&code)?;
    match session.confirm_enrolment(&setup, code, &origin).await {
        Ok(Some(Some(codes))) => Ok(Some(ShownRecoveryCodes { codes: codes.0 })),
        Ok(Some(None)) => {
            crate::context::say_done(crate::toast::Done::AuthenticatorAdded);
            crate::context::redirect(crate::routes::TWO_FACTOR);
            Ok(None)
        }
        Ok(None) => Err(AppError::field("code", WRONG_CODE)),
        Err(management::ManagementError::NotFound) => Err(AppError::field("", SETUP_EXPIRED)),
        Err(management::ManagementError::Invalid(_)) => Err(AppError::Conflict(
            crate::words::two_factor::ALREADY_ON.into(),
        )),
        Err(error) => Err(error.into()),
    }
}

/// Replaces the recovery codes, with a code or with a passkey.
#[server(name = RenewRecoveryCodes, prefix = "/api", endpoint = "renew_recovery_codes")]
pub async fn renew_recovery_codes(
    #[server(default)] code: String,
    #[server(default)] password: String,
    #[server(default)] challenge: String,
    #[server(default)] credential: String,
) -> Result<ShownRecoveryCodes, AppError> {
    let origin = crate::context::origin();
    let renewed = if credential.is_empty() {
        let session = crate::context::fresh_session(&password).await?;
        let code = entered(&code)?;
        session.renew_recovery_codes(code, &origin).await
    } else {
        let answer = passkey_answer(&challenge, &credential);
        let session = crate::context::enrolling_session().await?;
        session
            .renew_recovery_codes_with_passkey(answer, &origin)
            .await
    };
    match renewed {
        Ok(Some(codes)) => Ok(ShownRecoveryCodes { codes: codes.0 }),
        Ok(None) => Err(wrong_proof(&credential).await),
        Err(error) => Err(not_changed(error).await),
    }
}

/// Turns two-factor authentication off, with a code or with a passkey.
#[server(name = TurnOffTwoFactor, prefix = "/api", endpoint = "turn_off_two_factor")]
pub async fn turn_off_two_factor(
    #[server(default)] code: String,
    #[server(default)] password: String,
    #[server(default)] challenge: String,
    #[server(default)] credential: String,
) -> Result<(), AppError> {
    let origin = crate::context::origin();
    let turned_off = if credential.is_empty() {
        let session = crate::context::fresh_session(&password).await?;
        let code = entered(&code)?;
        session.remove_second_factor(code, &origin).await
    } else {
        let answer = passkey_answer(&challenge, &credential);
        let session = crate::context::enrolling_session().await?;
        session
            .remove_second_factor_with_passkey(answer, &origin)
            .await
    };
    match turned_off {
        Ok(true) => {
            crate::context::say_done(crate::toast::Done::TwoFactorOff);
            crate::context::redirect(crate::routes::TWO_FACTOR);
            Ok(())
        }
        Ok(false) => Err(wrong_proof(&credential).await),
        Err(error) => Err(not_changed(error).await),
    }
}

/// Why the second factor was not changed: what is missing is the factor, or the session that has ended meanwhile.
#[cfg(feature = "ssr")]
async fn not_changed(error: management::ManagementError) -> AppError {
    if !matches!(error, management::ManagementError::NotFound) {
        return error.into();
    }
    match crate::context::enrolling_session().await {
        Ok(_) => AppError::Conflict(crate::words::two_factor::NOT_ON.into()),
        Err(error) => error,
    }
}

/// A code that was entered. An empty one is not counted as a wrong one.
#[cfg(feature = "ssr")]
fn entered(code: &str) -> Result<&str, AppError> {
    if code.trim().is_empty() {
        return Err(AppError::field("code", crate::words::two_factor::NO_CODE));
    }
    Ok(code)
}

/// The error of a code, or of a passkey's answer if there is one.
#[cfg(feature = "ssr")]
async fn wrong_proof(credential: &str) -> AppError {
    if !credential.is_empty() {
        return AppError::field("", crate::words::passkey::NOT_ACCEPTED);
    }
    match has_app().await {
        Ok(app) => AppError::field("code", crate::words::two_factor::wrong_code(app)),
        Err(error) => error,
    }
}

/// Whether the signed-in person has an authenticator app.
#[cfg(feature = "ssr")]
async fn has_app() -> Result<bool, AppError> {
    let session = crate::context::enrolling_session().await?;
    let factor = session.second_factor().await?;
    Ok(factor.is_none_or(|factor| factor.app_since.is_some()))
}

/// Opens the session of a sign-in that waits for a code, and leads to `next`, where that is a path of this site.
#[server(name = EnterSignInCode, prefix = "/api", endpoint = "enter_sign_in_code")]
pub async fn enter_sign_in_code(
    code: String,
    #[server(default)] next: Option<String>,
) -> Result<(), AppError> {
    let tokens = crate::context::browser_tokens();
    let origin = crate::context::origin();
    let token = crate::context::pending_sign_in().unwrap_or_default();
    let keyring = crate::context::keyring()?;
    if let Err(none) = entered(&code)
        && keyring.sign_in().pending_factors(&token).await?.is_some()
    {
        return Err(none);
    }
    let outcome = keyring
        .sign_in()
        .enter_code(&token, &code, tokens.browser(), &origin)
        .await;
    if matches!(outcome, Ok(None))
        && let Some(factors) = keyring.sign_in().pending_factors(&token).await?
    {
        let wrong = crate::words::two_factor::wrong_code(factors.app);
        return Err(AppError::field("code", wrong));
    }
    match outcome {
        Ok(Some(signed_in)) => {
            crate::context::complete_sign_in(&signed_in, next.as_deref());
            Ok(())
        }
        // The fifth wrong code ends it as well.
        Ok(None) | Err(management::ManagementError::NotFound) => {
            crate::context::end_pending_sign_in();
            let next = next.unwrap_or_default();
            crate::context::redirect(&crate::routes::sign_in_after_expiry(&next));
            Err(AppError::SignedOut)
        }
        Err(error) => Err(error.into()),
    }
}
