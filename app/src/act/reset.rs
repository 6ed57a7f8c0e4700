//! Asking for a link that resets a password, and what its holder may do.

use crate::error::AppError;
use leptos::prelude::*;

/// Gives the person of the link another password, ends all their sessions, and leads to the sign-in page.
#[server(name = ResetPassword, prefix = "/api", endpoint = "reset_password")]
pub async fn reset_password(token: String, password: String) -> Result<(), AppError> {
    let origin = crate::context::origin();
    crate::context::keyring()?
        .password_resets()
        .complete(&token, password.into(), &origin)
        .await
        .map_err(|error| super::in_field("password", error))?;
    crate::context::end_session();
    crate::context::redirect(crate::routes::SIGN_IN_AFTER_RESET);
    Ok(())
}

/// Has a link mailed that resets the password of the person with this address, if there is one: the answer does not tell.
#[server(name = RequestReset, prefix = "/api", endpoint = "request_reset")]
pub async fn request_reset(email: String) -> Result<(), AppError> {
    let email = domain::account::Email::parse(&email)
        .map_err(|invalid| AppError::field("email", invalid.0))?;
    let (device, origin) = (crate::context::device(), crate::context::origin());
    let requested =
        crate::context::keyring()?
            .password_resets()
            .request(email, device.as_deref(), &origin);
    // A server function is asynchronous, and nothing here takes time: what depends on the address is done later.
    std::future::ready(requested).await?;
    crate::context::redirect(crate::routes::FORGOT_PASSWORD_SENT);
    Ok(())
}
