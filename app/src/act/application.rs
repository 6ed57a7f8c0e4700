//! Creating, changing, archiving, restoring and deleting applications, and renaming the account.

use crate::error::AppError;
use leptos::prelude::*;

/// Gives an application another name and zone.
#[server(name = ChangeApplication, prefix = "/api", endpoint = "change_application")]
pub async fn change_application(
    app: String,
    name: String,
    time_zone: String,
    #[server(default)] password: String,
) -> Result<(), AppError> {
    let owner = crate::context::fresh_owner(&app, &password).await?;
    let (name, zone) = parsed(&name, &time_zone)?;
    owner.change_application(name, zone).await?;
    crate::context::say_done(crate::toast::Done::Saved);
    Ok(())
}

/// Creates an application in the account of another one, and leads to its list of keys.
#[server(name = CreateApplication, prefix = "/api", endpoint = "create_application")]
pub async fn create_application(
    app: String,
    name: String,
    time_zone: String,
    #[server(default)] password: String,
) -> Result<(), AppError> {
    let owner = crate::context::fresh_account_owner(&app, &password).await?;
    let (name, zone) = parsed(&name, &time_zone)?;
    let created = owner.create_application(name, zone).await;
    let id = created.map_err(|error| super::in_field("name", error))?;
    crate::context::say_done(crate::toast::Done::ApplicationCreated);
    crate::context::redirect(&crate::routes::list(&id.to_string()));
    Ok(())
}

/// Archives an application, once its name has been typed, and leads to its settings.
#[server(name = ArchiveApplication, prefix = "/api", endpoint = "archive_application")]
pub async fn archive_application(
    app: String,
    confirm: String,
    #[server(default)] password: String,
) -> Result<(), AppError> {
    confirmed(&app, &confirm).await?;
    let owner = crate::context::fresh_owner(&app, &password).await?;
    let (_, confirmation) = owner.archive().await?;
    to_settings(
        &app,
        (crate::toast::Done::ApplicationArchived, &confirmation),
    )
}

/// Restores an archived application, and leads to its settings.
#[server(name = RestoreApplication, prefix = "/api", endpoint = "restore_application")]
pub async fn restore_application(
    app: String,
    #[server(default)] password: String,
) -> Result<(), AppError> {
    let owner = crate::context::fresh_owner(&app, &password).await?;
    owner.restore().await?;
    to_settings(&app, crate::toast::Done::ApplicationRestored)
}

/// Deletes an application permanently, once its name has been typed, and leads to another one.
#[server(name = DeleteApplication, prefix = "/api", endpoint = "delete_application")]
pub async fn delete_application(
    app: String,
    confirm: String,
    #[server(default)] password: String,
) -> Result<(), AppError> {
    confirmed(&app, &confirm).await?;
    let owner = crate::context::fresh_owner(&app, &password).await?;
    let confirmation = owner.delete().await?;
    crate::context::say_done((crate::toast::Done::ApplicationDeleted, &confirmation));
    crate::context::redirect("/");
    Ok(())
}

/// Gives the account of an application another name, and leads to the settings.
#[server(name = RenameAccount, prefix = "/api", endpoint = "rename_account")]
pub async fn rename_account(
    app: String,
    name: String,
    #[server(default)] password: String,
) -> Result<(), AppError> {
    let owner = crate::context::fresh_account_owner(&app, &password).await?;
    let name = domain::account::parse_title("The account name", &name)
        .map_err(|invalid| AppError::field("name", invalid.0))?;
    owner.rename_account(name).await?;
    to_settings(&app, crate::toast::Done::Saved)
}

/// Reads the name and the zone of an application.
#[cfg(feature = "ssr")]
fn parsed(name: &str, time_zone: &str) -> Result<(String, management::Zone), AppError> {
    let name = domain::account::parse_title("The application name", name)
        .map_err(|invalid| AppError::field("name", invalid.0))?;
    let zone = management::Zone::parse(time_zone)
        .map_err(|invalid| AppError::field("time_zone", invalid.0))?;
    Ok((name, zone))
}

/// Checks that an owner of the application has typed its name.
#[cfg(feature = "ssr")]
async fn confirmed(app: &str, confirm: &str) -> Result<(), AppError> {
    let owner = crate::context::owner(app).await?;
    let name = &owner.application().name;
    if domain::name::is_typed(confirm, name) {
        Ok(())
    } else {
        let words = crate::words::list::confirm_all(name);
        Err(AppError::field("confirm", words))
    }
}

/// Leads to the settings of the application, where a notice says what was changed.
#[cfg(feature = "ssr")]
#[expect(
    clippy::unnecessary_wraps,
    reason = "it is the answer of server functions"
)]
fn to_settings(app: &str, done: impl Into<crate::toast::ReportedChange>) -> Result<(), AppError> {
    crate::context::say_done(done);
    crate::context::redirect(&crate::routes::general(app));
    Ok(())
}
