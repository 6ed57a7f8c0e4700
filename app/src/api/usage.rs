//! Usage over time.

use crate::error::AppError;
use domain::{
    key::suggestion::ScopeUse,
    usage::{
        Series,
        breakdown::{Breakdown, Impact},
    },
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What a key's calls have in common, and what they never asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Insight {
    /// Calls over the window.
    pub series: Series,
    /// What they have in common.
    pub breakdown: Breakdown,
    /// The scopes that any call asked for.
    pub scopes: ScopeUse,
}

/// Calls with one key over a window (`1h`, `24h`, `7d`, `30d`, `90d`), by what they have in common.
#[server(name = KeyInsight, prefix = "/api", endpoint = "key_insight")]
pub async fn key_insight(app: String, key: String, window: String) -> Result<Insight, AppError> {
    let viewer = crate::context::viewer(&app).await?;
    let id = key.parse().map_err(|_| AppError::NotFound)?;
    let window = domain::usage::Window::parse(&window);
    Ok(Insight {
        series: viewer.key_usage(id, window).await?,
        breakdown: viewer.key_breakdown(id, window).await?,
        scopes: viewer.scope_use(id).await?,
    })
}

/// Whose calls would end with a key; only editors ask.
#[server(name = KeyImpact, prefix = "/api", endpoint = "key_impact")]
pub async fn key_impact(app: String, key: String) -> Result<Impact, AppError> {
    let editor = crate::context::editor(&app).await?;
    let id = key.parse().map_err(|_| AppError::NotFound)?;
    Ok(editor.impact(id).await?)
}
