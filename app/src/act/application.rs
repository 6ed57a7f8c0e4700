//! Changing an application.

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
    let name = domain::account::parse_title("The application name", &name)
        .map_err(|invalid| AppError::field("name", invalid.0))?;
    let zone = management::Zone::parse(&time_zone)
        .map_err(|invalid| AppError::field("time_zone", invalid.0))?;
    owner.change_application(name, zone).await?;
    crate::context::say_done(crate::toast::Done::Saved);
    Ok(())
}
