//! What the holder of a link that resets a password may do.

use crate::error::AppError;
use leptos::prelude::*;

/// Gives the person of the link another password, ends all their sessions, and leads to the sign-in page.
#[server(name = ResetPassword, prefix = "/api", endpoint = "reset_password")]
pub async fn reset_password(token: String, password: String) -> Result<(), AppError> {
    let origin = crate::context::origin();
    crate::context::keyring()?
        .reset_password(&token, password.into(), &origin)
        .await
        .map_err(|error| match error {
            management::ManagementError::Invalid(invalid) => AppError::field("password", invalid.0),
            error => error.into(),
        })?;
    crate::context::end_session();
    crate::context::redirect(crate::routes::SIGN_IN_AFTER_RESET);
    Ok(())
}
