//! Where to go, and where one is.

use crate::{context::Theme, error::AppError};
use domain::{
    account::{Application, Identity},
    security::OpenEventCounts,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The application at hand, and who looks at it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whereabouts {
    /// The application of this page.
    pub application: Application,
    /// Who is signed in.
    pub identity: Identity,
    /// All applications of this person, by name.
    pub applications: Vec<Application>,
    /// The application's open security events.
    pub open_events: OpenEventCounts,
    /// The colours they chose.
    pub theme: Theme,
}

/// What the doors to the house need to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doorway {
    /// Nobody has an account yet.
    pub needs_setup: bool,
}

/// Leads to the first run, the sign-in or the first application; the answer is the path.
#[server(name = Home, prefix = "/api", endpoint = "home")]
pub async fn home() -> Result<String, AppError> {
    let path = if crate::context::keyring()?.needs_setup().await? {
        "/setup".to_owned()
    } else {
        let session = crate::context::session().await?;
        match session.applications().await?.first() {
            Some(application) => crate::routes::list(&application.id.to_string()),
            None if session.is_support() => "/support".to_owned(),
            None => return Ok(String::new()),
        }
    };
    crate::context::redirect(&path);
    Ok(path)
}

/// Whether somebody has to set Latchkey up first.
#[server(name = LookThroughDoor, prefix = "/api", endpoint = "doorway")]
pub async fn doorway() -> Result<Doorway, AppError> {
    let needs_setup = crate::context::keyring()?.needs_setup().await?;
    Ok(Doorway { needs_setup })
}

/// Leads away from the first run where that has been.
#[server(name = BeginFirstRun, prefix = "/api", endpoint = "first_run")]
pub async fn first_run() -> Result<(), AppError> {
    if !crate::context::keyring()?.needs_setup().await? {
        crate::context::redirect("/sign-in");
    }
    Ok(())
}

/// What the frame around every page shows.
#[server(name = FindWhereabouts, prefix = "/api", endpoint = "whereabouts")]
pub async fn whereabouts(app: String) -> Result<Whereabouts, AppError> {
    let viewer = crate::context::viewer(&app).await?;
    let applications = crate::context::session().await?.applications().await?;
    Ok(Whereabouts {
        application: viewer.application().clone(),
        identity: viewer.identity(),
        applications,
        open_events: viewer.open_events(None).await?,
        theme: crate::context::theme(),
    })
}
