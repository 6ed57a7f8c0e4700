//! Reading keys.

use crate::error::AppError;
use domain::{audit::Record, key::KeySummary, security::OpenEvents, time::Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// One key with what happened to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyDetails {
    /// The key.
    pub key: KeySummary,
    /// The newest first.
    pub history: Vec<Record>,
    /// Its security events that nobody has acknowledged.
    pub open: OpenEvents,
    /// The server's clock.
    pub now: Timestamp,
}

/// What a new form needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewKeyForm {
    /// The form's promise to be carried out once.
    pub once: String,
    /// The server's clock.
    pub now: Timestamp,
    /// Where keys are presented, such as `https://keys.example`.
    pub gate: String,
    /// Whether the password was entered within the last ten minutes.
    pub fresh: bool,
}

/// One key and its history.
#[server(name = ShowKey, prefix = "/api", endpoint = "show_key")]
pub async fn show_key(app: String, key: String) -> Result<KeyDetails, AppError> {
    let viewer = crate::context::viewer(&app).await?;
    let id = key
        .parse()
        .map_err(|_| crate::context::refuse(AppError::NotFound))?;
    Ok(KeyDetails {
        key: viewer.key(id).await?,
        history: viewer.history(id).await?,
        open: viewer.open_events(Some(id)).await?,
        now: viewer.now(),
    })
}

/// What the form for a new key needs; only editors get it.
#[server(name = NewForm, prefix = "/api", endpoint = "new_form")]
pub async fn new_form(app: String) -> Result<NewKeyForm, AppError> {
    let editor = crate::context::editor(&app).await?;
    Ok(NewKeyForm {
        once: crate::context::keyring()?.new_idempotency_key().to_string(),
        now: editor.now(),
        fresh: editor.is_fresh(),
        gate: crate::context::gate_address(),
    })
}
