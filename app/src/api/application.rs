//! What an application is called, and in which zone its times are shown.

use crate::error::AppError;
use leptos::prelude::*;

/// The zones to choose from, by their IANA names; none for those who may not choose.
#[server(name = ListZones, prefix = "/api", endpoint = "list_zones")]
pub async fn list_zones(app: String) -> Result<Vec<String>, AppError> {
    let viewer = crate::context::viewer(&app).await?;
    let zones = match viewer.identity().role {
        domain::account::Role::Owner => management::Zone::all(),
        _ => Vec::new(),
    };
    Ok(zones.into_iter().map(String::from).collect())
}

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
