//! Confirming, deactivating, activating and revoking a key.

use crate::error::AppError;
use leptos::prelude::*;

/// Notes that the secret of a new key is stored. Leads to the list; after a regeneration, to the key that is being replaced,
/// whose page shows the use of both.
#[server(name = ConfirmKey, prefix = "/api", endpoint = "confirm_key")]
pub async fn confirm_key(app: String, key: String) -> Result<(), AppError> {
    let editor = crate::context::editor(&app).await?;
    let id = key.parse().map_err(|_| AppError::NotFound)?;
    editor.confirm(id).await?;
    let next = match editor.key(id).await?.replaces {
        Some(old) => crate::routes::key(&app, old),
        None => crate::routes::list(&app),
    };
    crate::context::redirect(&next);
    Ok(())
}

/// Deactivates a key. If the question before it was `asked` on a page of its own, leads to the key.
#[server(name = DeactivateKey, prefix = "/api", endpoint = "deactivate_key")]
pub async fn deactivate_key(
    app: String,
    key: String,
    #[server(default)] asked: String,
) -> Result<(), AppError> {
    let editor = crate::context::editor(&app).await?;
    let id = key.parse().map_err(|_| AppError::NotFound)?;
    let confirmation = editor.deactivate(id).await?;
    crate::context::say_done((crate::toast::Done::Deactivated(id), &confirmation));
    if !asked.is_empty() {
        crate::context::redirect(&crate::routes::key(&app, id));
    }
    Ok(())
}

/// Switches a key on again.
#[server(name = ActivateKey, prefix = "/api", endpoint = "activate_key")]
pub async fn activate_key(
    app: String,
    key: String,
    #[server(default)] password: String,
) -> Result<(), AppError> {
    let editor = crate::context::fresh_editor(&app, &password).await?;
    let id = key.parse().map_err(|_| AppError::NotFound)?;
    editor.activate(id).await?;
    crate::context::say_done(crate::toast::Done::Activated(id));
    Ok(())
}

/// Revokes a key for ever, once its name has been typed, and leads to the list.
#[server(name = RevokeKey, prefix = "/api", endpoint = "revoke_key")]
pub async fn revoke_key(
    app: String,
    key: String,
    confirm: String,
    #[server(default)] reason: String,
) -> Result<(), AppError> {
    let editor = crate::context::editor(&app).await?;
    let id = key.parse().map_err(|_| AppError::NotFound)?;
    let name = editor.key(id).await?.name;
    if !domain::name::is_typed(&confirm, name.as_str()) {
        let words = crate::words::revoke::wrong_name(name.as_str());
        return Err(AppError::field("confirm", words));
    }
    let reason = domain::key::name::parse_reason(&reason)
        .map_err(|invalid| AppError::field("reason", invalid.0))?;
    let confirmation = editor.revoke(id, reason).await?;
    crate::context::say_done((crate::toast::Done::Revoked(id), &confirmation));
    crate::context::redirect(&crate::routes::list(&app));
    Ok(())
}
