//! An application at a glance.

use crate::error::AppError;
use domain::{
    security::OpenEvents,
    usage::{breakdown::Breakdown, chart::Chart, overview::KeysInSight},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Calls with all keys, and the keys that are worth a look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    /// Calls over time.
    pub chart: Chart,
    /// Why calls were refused.
    pub breakdown: Breakdown,
    /// The keys.
    pub keys: KeysInSight,
    /// Security events that nobody has acknowledged.
    pub open: OpenEvents,
}

/// What became of the calls with all keys over a window or a range, as `key_insight` says it of one; and which keys are
/// worth a look.
#[server(name = ReadOverview, prefix = "/api", endpoint = "read_overview")]
pub async fn read_overview(
    app: String,
    #[server(default)] window: String,
    #[server(default)] from: String,
    #[server(default)] until: String,
    #[server(default)] zone: String,
) -> Result<Overview, AppError> {
    let viewer = crate::context::viewer(&app).await?;
    let asked = keyring::Asked {
        window: &window,
        from: &from,
        until: &until,
        zone: &zone,
    };
    let chart = viewer.chart(None, asked).await?;
    Ok(Overview {
        breakdown: viewer.breakdown(None, chart.series.range).await?,
        keys: viewer.keys_in_sight().await?,
        open: viewer.open_events(None).await?,
        chart,
    })
}
