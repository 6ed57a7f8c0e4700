//! What the holder of a link that resets a password may do.

use crate::error::AppError;
use domain::time::Timestamp;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A link that resets a password, when it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResetForm {
    /// Whose password it resets.
    pub email: String,
    /// Until when it works.
    pub expires_at: Timestamp,
    /// The server's clock.
    pub now: Timestamp,
}

/// What the link says; nothing where it works no longer.
#[server(name = ShowReset, prefix = "/api", endpoint = "show_reset")]
pub async fn show_reset(token: String) -> Result<ResetForm, AppError> {
    let keyring = crate::context::keyring()?;
    let open = keyring.password_reset(&token).await?;
    let open = open.ok_or_else(|| crate::context::refuse(AppError::NotFound))?;
    Ok(ResetForm {
        email: open.email.to_string(),
        expires_at: open.expires_at,
        now: keyring.now(),
    })
}

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
