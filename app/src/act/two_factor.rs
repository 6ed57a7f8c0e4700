//! The second factor of the signed-in person, and the second step of a sign-in.

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

/// Recovery codes that were just made: told this once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewRecoveryCodes {
    /// Ten codes.
    pub codes: Vec<String>,
}

/// Makes a secret for an authenticator app. It counts once [`confirm_two_factor`] has seen a code.
#[server(name = StartTwoFactor, prefix = "/api", endpoint = "start_two_factor")]
pub async fn start_two_factor(
    #[server(default)] password: String,
) -> Result<NewAuthenticator, AppError> {
    let session = crate::context::fresh_session(&password).await?;
    match session.begin_enrolment().await {
        Ok(setup) => Ok(setup.into()),
        Err(management::ManagementError::Invalid(_)) => Err(AppError::Conflict(
            crate::words::two_factor::ALREADY_ON.into(),
        )),
        Err(error) => Err(error.into()),
    }
}

/// Turns two-factor authentication on, if the app shows the right code.
#[server(name = ConfirmTwoFactor, prefix = "/api", endpoint = "confirm_two_factor")]
pub async fn confirm_two_factor(setup: String, code: String) -> Result<NewRecoveryCodes, AppError> {
    use crate::words::two_factor::{SETUP_EXPIRED, WRONG_CODE};
    let session = crate::context::fresh_session("").await?;
    let origin = crate::context::origin();
    match session.confirm_enrolment(&setup, &code, &origin).await {
        Ok(Some(codes)) => Ok(NewRecoveryCodes { codes: codes.0 }),
        Ok(None) => Err(AppError::field("code", WRONG_CODE)),
        Err(management::ManagementError::NotFound) => Err(AppError::field("", SETUP_EXPIRED)),
        Err(management::ManagementError::Invalid(_)) => Err(AppError::Conflict(
            crate::words::two_factor::ALREADY_ON.into(),
        )),
        Err(error) => Err(error.into()),
    }
}

/// Replaces the recovery codes.
#[server(name = RenewRecoveryCodes, prefix = "/api", endpoint = "renew_recovery_codes")]
pub async fn renew_recovery_codes(
    code: String,
    #[server(default)] password: String,
) -> Result<NewRecoveryCodes, AppError> {
    let session = crate::context::fresh_session(&password).await?;
    let origin = crate::context::origin();
    match session.renew_recovery_codes(&code, &origin).await {
        Ok(Some(codes)) => Ok(NewRecoveryCodes { codes: codes.0 }),
        Ok(None) => Err(AppError::field(
            "code",
            crate::words::two_factor::WRONG_ANY_CODE,
        )),
        Err(management::ManagementError::NotFound) => {
            Err(AppError::Conflict(crate::words::two_factor::NOT_ON.into()))
        }
        Err(error) => Err(error.into()),
    }
}

/// Turns two-factor authentication off.
#[server(name = TurnOffTwoFactor, prefix = "/api", endpoint = "turn_off_two_factor")]
pub async fn turn_off_two_factor(
    code: String,
    #[server(default)] password: String,
) -> Result<(), AppError> {
    let session = crate::context::fresh_session(&password).await?;
    let origin = crate::context::origin();
    match session.remove_second_factor(&code, &origin).await {
        Ok(true) => {
            crate::context::say_done(crate::toast::Done::TwoFactorOff);
            crate::context::redirect(crate::routes::TWO_FACTOR);
            Ok(())
        }
        Ok(false) => Err(AppError::field(
            "code",
            crate::words::two_factor::WRONG_ANY_CODE,
        )),
        Err(management::ManagementError::NotFound) => {
            Err(AppError::Conflict(crate::words::two_factor::NOT_ON.into()))
        }
        Err(error) => Err(error.into()),
    }
}

/// Opens the session of a sign-in that waits for a code, and leads to `next`, where that is a path of this site.
#[server(name = EnterSignInCode, prefix = "/api", endpoint = "enter_sign_in_code")]
pub async fn enter_sign_in_code(
    code: String,
    #[server(default)] next: Option<String>,
) -> Result<(), AppError> {
    let (device, session) = (crate::context::device(), crate::context::session_token());
    let browser = management::Browser {
        device: device.as_deref(),
        session: session.as_deref(),
    };
    let origin = crate::context::origin();
    let token = crate::context::pending_sign_in().unwrap_or_default();
    let keyring = crate::context::keyring()?;
    let entered = keyring.enter_code(&token, &code, browser, &origin);
    match entered.await {
        Ok(Some(signed_in)) => {
            crate::context::start_session(&signed_in);
            crate::context::end_pending_sign_in();
            let next = next.as_deref().and_then(crate::routes::local_path);
            crate::context::redirect(next.unwrap_or("/"));
            Ok(())
        }
        Ok(None) if keyring.is_code_required(&token).await? => Err(AppError::field(
            "code",
            crate::words::two_factor::WRONG_ANY_CODE,
        )),
        // The fifth wrong code ends it as well.
        Ok(None) | Err(management::ManagementError::NotFound) => {
            crate::context::end_pending_sign_in();
            crate::context::redirect(crate::routes::SIGN_IN_AFTER_EXPIRY);
            Err(AppError::SignedOut)
        }
        Err(error) => Err(error.into()),
    }
}
