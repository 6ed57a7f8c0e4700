//! Passkeys of the signed-in person, and signing in with one.
//!
//! The browser's program asks for a challenge ([`ask_passkey`]), lets the authenticator answer, and puts the challenge and the
//! credential into the form that it sends.

#[cfg(feature = "ssr")]
use super::passkey_answer;
use super::two_factor::ShownRecoveryCodes;
use crate::error::AppError;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// For a sign-in without a password.
pub const SIGN_IN: &str = "sign_in";
/// For the second step of a sign-in.
pub const SECOND_STEP: &str = "second_step";
/// For a change in a session.
pub const CONFIRM: &str = "confirm";

/// A challenge for the browser.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyQuestion {
    /// The options for `navigator.credentials`, as JSON.
    pub options: String,
    /// The challenge's handle, which the form sends back.
    pub challenge: String,
}

#[cfg(feature = "ssr")]
impl From<management::PasskeyChallenge> for PasskeyQuestion {
    fn from(challenge: management::PasskeyChallenge) -> Self {
        Self {
            options: challenge.options,
            challenge: challenge.handle,
        }
    }
}

/// Makes the challenge for a new passkey. It counts once [`add_passkey`] has seen the answer.
#[server(name = StartPasskey, prefix = "/api", endpoint = "start_passkey")]
pub async fn start_passkey(
    #[server(default)] password: String,
    #[server(default)] code: String,
    #[server(default)] challenge: String,
    #[server(default)] credential: String,
) -> Result<PasskeyQuestion, AppError> {
    use super::two_factor::{Adding, NewFactor, adding};
    let answer = passkey_answer(&challenge, &credential);
    let begun = match adding(&password, &code, answer, NewFactor::Passkey).await? {
        Adding::First(session) => session.begin_passkey().await,
        Adding::Another(session) => session.begin_passkey().await,
    };
    Ok(begun?.into())
}

/// Adds the passkey that an authenticator has made for a challenge, which only a fresh session gets. The first factor of a person
/// comes with recovery codes; after another one, it goes on to the page with all of them.
#[server(name = AddPasskey, prefix = "/api", endpoint = "add_passkey")]
pub async fn add_passkey(
    challenge: String,
    #[server(default)] credential: String,
    #[server(default)] name: String,
) -> Result<Option<ShownRecoveryCodes>, AppError> {
    use crate::words::passkey::EXPIRED;
    let session = crate::context::enrolling_session().await?;
    let origin = crate::context::origin();
    let name = if name.trim().is_empty() {
        domain::device::describe(&origin.user_agent)
    } else {
        name
    };
    let name = domain::passkey::PasskeyName::parse(&name)
        .map_err(|invalid| AppError::field("", invalid.0))?;
    let answer = passkey_answer(&challenge, &credential);
    match session.add_passkey(answer, name, &origin).await {
        Ok(management::AddedPasskey::First(codes)) => {
            Ok(Some(ShownRecoveryCodes { codes: codes.0 }))
        }
        Ok(management::AddedPasskey::Another) => {
            crate::context::say_done(crate::toast::Done::PasskeyAdded);
            crate::context::redirect(crate::routes::TWO_FACTOR);
            Ok(None)
        }
        Err(management::ManagementError::NotFound) => Err(AppError::field("", EXPIRED)),
        Err(error) => Err(error.into()),
    }
}

/// Gives a passkey another name.
#[server(name = RenamePasskey, prefix = "/api", endpoint = "rename_passkey")]
pub async fn rename_passkey(
    passkey: String,
    #[server(default)] name: String,
) -> Result<(), AppError> {
    let session = crate::context::session().await?;
    let id = passkey.parse().map_err(|_| AppError::NotFound)?;
    let name = domain::passkey::PasskeyName::parse(&name)
        .map_err(|invalid| AppError::field("name", invalid.0))?;
    let origin = crate::context::origin();
    session
        .rename_passkey(id, name, &origin)
        .await
        .map_err(|error| super::in_field("name", error))?;
    crate::context::say_done(crate::toast::Done::PasskeyRenamed);
    crate::context::redirect(crate::routes::TWO_FACTOR);
    Ok(())
}

/// Removes a passkey that is not the only factor.
#[server(name = RemovePasskey, prefix = "/api", endpoint = "remove_passkey")]
pub async fn remove_passkey(
    passkey: String,
    #[server(default)] password: String,
) -> Result<(), AppError> {
    let session = crate::context::fresh_session(&password).await?;
    let id = passkey.parse().map_err(|_| AppError::NotFound)?;
    let origin = crate::context::origin();
    session.remove_passkey(id, &origin).await?;
    crate::context::say_done(crate::toast::Done::PasskeyRemoved);
    crate::context::redirect(crate::routes::TWO_FACTOR);
    Ok(())
}

/// Removes the authenticator app of a person with passkeys.
#[server(name = RemoveAuthenticator, prefix = "/api", endpoint = "remove_authenticator")]
pub async fn remove_authenticator(#[server(default)] password: String) -> Result<(), AppError> {
    let session = crate::context::fresh_session(&password).await?;
    let origin = crate::context::origin();
    session.remove_authenticator(&origin).await?;
    crate::context::say_done(crate::toast::Done::AuthenticatorRemoved);
    crate::context::redirect(crate::routes::TWO_FACTOR);
    Ok(())
}

/// Makes a challenge for an existing passkey.
#[server(name = AskPasskey, prefix = "/api", endpoint = "ask_passkey")]
pub async fn ask_passkey(purpose: String) -> Result<PasskeyQuestion, AppError> {
    let keyring = crate::context::keyring()?;
    let challenge = match purpose.as_str() {
        SIGN_IN => {
            let (tokens, origin) = (crate::context::browser_tokens(), crate::context::origin());
            let browser = tokens.browser().passkey;
            let begun = keyring
                .sign_in()
                .begin_with_passkey(browser, &origin)
                .await?;
            crate::context::begin_passkey_sign_in(&begun.browser);
            Ok(begun.challenge)
        }
        SECOND_STEP => {
            let token = crate::context::pending_sign_in().unwrap_or_default();
            keyring.sign_in().begin_passkey_step(&token).await
        }
        _ => {
            let session = crate::context::enrolling_session().await?;
            session.begin_confirmation().await
        }
    };
    Ok(challenge?.into())
}

/// Opens a session with a passkey alone, and leads to `next`, where that is a path of this site.
#[server(name = SignInWithPasskey, prefix = "/api", endpoint = "sign_in_with_passkey")]
pub async fn sign_in_with_passkey(
    challenge: String,
    #[server(default)] credential: String,
    #[server(default)] next: Option<String>,
) -> Result<(), AppError> {
    let tokens = crate::context::browser_tokens();
    let answer = passkey_answer(&challenge, &credential);
    let origin = crate::context::origin();
    let signed_in = crate::context::keyring()?
        .sign_in()
        .with_passkey(answer, tokens.browser(), &origin)
        .await?
        .ok_or_else(|| AppError::field("", crate::words::passkey::NOT_ACCEPTED))?;
    crate::context::end_passkey_sign_in();
    crate::context::complete_sign_in(&signed_in, next.as_deref());
    Ok(())
}

/// Opens the session of a sign-in that waits for the second factor, and leads to `next`, where that is a path of this site.
#[server(name = AnswerSignIn, prefix = "/api", endpoint = "answer_sign_in")]
pub async fn answer_sign_in(
    challenge: String,
    #[server(default)] credential: String,
    #[server(default)] next: Option<String>,
) -> Result<(), AppError> {
    let tokens = crate::context::browser_tokens();
    let answer = passkey_answer(&challenge, &credential);
    let origin = crate::context::origin();
    let token = crate::context::pending_sign_in().unwrap_or_default();
    let keyring = crate::context::keyring()?;
    let answered = keyring
        .sign_in()
        .answer_passkey_step(&token, answer, tokens.browser(), &origin);
    match answered.await {
        Ok(Some(signed_in)) => {
            crate::context::complete_sign_in(&signed_in, next.as_deref());
            Ok(())
        }
        Ok(None) => Err(AppError::field("", crate::words::passkey::NOT_ACCEPTED)),
        Err(management::ManagementError::NotFound) => {
            crate::context::end_pending_sign_in();
            let next = next.unwrap_or_default();
            crate::context::redirect(&crate::routes::sign_in_after_expiry(&next));
            Err(AppError::SignedOut)
        }
        Err(error) => Err(error.into()),
    }
}

/// Takes a passkey in place of the password, which makes the sign-in fresh.
#[server(name = ConfirmWithPasskey, prefix = "/api", endpoint = "confirm_with_passkey")]
pub async fn confirm_with_passkey(
    challenge: String,
    #[server(default)] credential: String,
) -> Result<(), AppError> {
    let session = crate::context::enrolling_session().await?;
    let answer = passkey_answer(&challenge, &credential);
    let origin = crate::context::origin();
    let confirmed = session.reauthenticate_with_passkey(answer, &origin).await;
    crate::context::authenticated_again(confirmed)?
        .ok_or_else(|| AppError::field("", crate::words::passkey::NOT_ACCEPTED))?;
    Ok(())
}
