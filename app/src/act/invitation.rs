//! Accepting an invitation.

use crate::error::AppError;
use leptos::prelude::*;

/// Makes the holder of the link a member, signs them in, and leads to their applications; or asks for a code first.
#[server(name = AcceptInvitation, prefix = "/api", endpoint = "accept_invitation")]
pub async fn accept_invitation(token: String, password: String) -> Result<(), AppError> {
    let tokens = crate::context::browser_tokens();
    let origin = crate::context::origin();
    let admission = crate::context::keyring()?
        .invitations()
        .accept(&token, password.into(), tokens.browser(), &origin)
        .await
        .map_err(|error| super::in_field("password", error))?
        .ok_or_else(|| AppError::field("password", crate::words::invitation::WRONG_PASSWORD))?;
    crate::context::admit(&admission, None);
    Ok(())
}
