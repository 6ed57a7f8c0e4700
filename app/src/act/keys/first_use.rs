//! The first use of a new key, and discarding a key that was never used.

use crate::error::AppError;
use domain::key::LastUsed;
use leptos::prelude::*;

/// The last accepted call of a key, where there was one. A page asks for it while a secret is in sight, and must not be
/// led away from it.
#[server(name = FirstUse, prefix = "/api", endpoint = "first_use")]
pub async fn first_use(app: String, key: String) -> Result<Option<LastUsed>, AppError> {
    let viewer = crate::context::viewer_in_passing(&app).await?;
    let id = key.parse().map_err(|_| AppError::NotFound)?;
    Ok(viewer.key(id).await?.last_used)
}

/// Revokes a key that was never used and whose secret was not stored, and leads to the list.
#[server(name = DiscardKey, prefix = "/api", endpoint = "discard_key")]
pub async fn discard_key(app: String, key: String) -> Result<(), AppError> {
    let editor = crate::context::editor(&app).await?;
    let id = key.parse().map_err(|_| AppError::NotFound)?;
    let confirmation = editor.discard(id).await?;
    crate::context::say_done((crate::toast::Done::Revoked(id), &confirmation));
    crate::context::redirect(&crate::routes::list(&app));
    Ok(())
}
