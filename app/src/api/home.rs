//! The start page, and the context of the pages of an application.

use crate::{context::Theme, error::AppError};
use domain::{
    account::{Application, Identity},
    security::OpenEventCounts,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// An application and the person who reads its pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppContext {
    /// The application of this page.
    pub application: Application,
    /// Who is signed in.
    pub identity: Identity,
    /// All applications of this person, by name.
    pub applications: Vec<Application>,
    /// The application's open security events.
    pub open_events: OpenEventCounts,
    /// The theme they chose.
    pub theme: Theme,
}

/// Whether Latchkey was set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetupState {
    /// No one has an account yet.
    pub needs_setup: bool,
}

/// Redirects to the setup, the sign-in or the first application, and returns the path.
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

/// Whether Latchkey must be set up first.
#[server(name = ReadSetupState, prefix = "/api", endpoint = "setup_state")]
pub async fn setup_state() -> Result<SetupState, AppError> {
    let needs_setup = crate::context::keyring()?.needs_setup().await?;
    Ok(SetupState { needs_setup })
}

/// Redirects to the sign-in if Latchkey was set up.
#[server(name = BeginFirstRun, prefix = "/api", endpoint = "first_run")]
pub async fn first_run() -> Result<(), AppError> {
    if !crate::context::keyring()?.needs_setup().await? {
        crate::context::redirect("/sign-in");
    }
    Ok(())
}

/// Returns what the frame around every page shows.
#[server(name = ReadAppContext, prefix = "/api", endpoint = "app_context")]
pub async fn app_context(app: String) -> Result<AppContext, AppError> {
    let viewer = crate::context::viewer(&app).await?;
    let applications = crate::context::session().await?.applications().await?;
    Ok(AppContext {
        application: viewer.application().clone(),
        identity: viewer.identity(),
        applications,
        open_events: viewer.open_events(None).await?,
        theme: crate::context::theme(),
    })
}
