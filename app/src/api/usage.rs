//! Usage over time.

use crate::error::AppError;
use domain::{
    key::suggestion::ScopeUse,
    usage::{
        breakdown::{Breakdown, Impact},
        chart::Chart,
    },
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What a key's calls have in common, and what they never asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Insight {
    /// Calls over time.
    pub chart: Chart,
    /// What they have in common.
    pub breakdown: Breakdown,
    /// The scopes that any call asked for.
    pub scopes: ScopeUse,
}

/// Calls with one key over a window (`1h`, `24h`, `7d`, `30d`, `90d`) or from one day to another, by what they have in
/// common; times in the application's zone, or in `utc`.
#[server(name = KeyInsight, prefix = "/api", endpoint = "key_insight")]
pub async fn key_insight(
    app: String,
    key: String,
    #[server(default)] window: String,
    #[server(default)] from: String,
    #[server(default)] until: String,
    #[server(default)] zone: String,
) -> Result<Insight, AppError> {
    let viewer = crate::context::viewer(&app).await?;
    let id = key.parse().map_err(|_| AppError::NotFound)?;
    let asked = keyring::Asked {
        window: &window,
        from: &from,
        until: &until,
        zone: &zone,
    };
    let chart = viewer.chart(Some(id), asked).await?;
    Ok(Insight {
        breakdown: viewer.breakdown(Some(id), chart.series.range).await?,
        chart,
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
