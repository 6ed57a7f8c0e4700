//! What the holder of an invitation's link may do.

use crate::error::AppError;
use domain::{member::InvitationDetails, time::Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// An invitation, when it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenInvitation {
    /// Who is invited to what.
    pub welcome: InvitationDetails,
    /// The server's clock.
    pub now: Timestamp,
}

/// What the link says; nothing where it works no longer.
#[server(name = ShowInvitation, prefix = "/api", endpoint = "show_invitation")]
pub async fn show_invitation(token: String) -> Result<OpenInvitation, AppError> {
    let keyring = crate::context::keyring()?;
    let welcome = keyring.welcome(&token).await?;
    let welcome = welcome.ok_or_else(|| crate::context::refuse(AppError::NotFound))?;
    Ok(OpenInvitation {
        welcome,
        now: keyring.now(),
    })
}

/// Makes the holder of the link a member, signs them in, and redirects to their applications.
#[server(name = AcceptInvitation, prefix = "/api", endpoint = "accept_invitation")]
pub async fn accept_invitation(token: String, password: String) -> Result<(), AppError> {
    let (device, origin) = (crate::context::device(), crate::context::origin());
    let signed_in = crate::context::keyring()?
        .accept(&token, password.into(), device.as_deref(), &origin)
        .await
        .map_err(|error| match error {
            management::ManagementError::Invalid(invalid) => AppError::field("password", invalid.0),
            error => error.into(),
        })?
        .ok_or_else(|| AppError::field("password", crate::words::invitation::WRONG_PASSWORD))?;
    crate::context::start_session(&signed_in);
    crate::context::redirect("/");
    Ok(())
}
